"""The screens: what widgets stand where, and what is asked of the engine for them."""
