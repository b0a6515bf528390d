"""Workers for agents: look-up tables, corpora, training, evaluation and conversion."""
