"""Training of all kinds of models. Only workers import it, because it needs TensorFlow (the extra ``[train]``)."""

import os

# Before TensorFlow is imported: its greetings are nobody's concern.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
