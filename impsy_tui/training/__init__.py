"""Training of models, with TensorFlow, PyTorch or scikit-learn. Imported in workers only."""
