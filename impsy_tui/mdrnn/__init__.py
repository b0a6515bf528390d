"""Mixture density recurrent network (IMPSY), computed without TensorFlow."""
