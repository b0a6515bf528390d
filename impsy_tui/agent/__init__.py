"""Agent that hears sound descriptors and moves the parameters of a synth (RL-impro)."""
