"""Parts that several kinds of training share."""
