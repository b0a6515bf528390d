"""Mixture density recurrent network (IMPSY): stepped without TensorFlow."""
