"""Training of the mixture density recurrent network."""
