"""What learns. Imported in workers alone: it brings TensorFlow with it (the extra ``[train]``)."""

import os

# Before TensorFlow is imported: its greetings are nobody's concern.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
