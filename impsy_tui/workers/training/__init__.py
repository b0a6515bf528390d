"""Workers that train, evaluate and convert MDRNN and ensemble models, and make the shipped models."""
