"""What the musician holds on a channel with keys."""

from impsy_tui.channels.mapping import InputMapping, held_words


class Holding:
    """Answers for the held notes of a channel's mappings."""

    def mappings(self) -> list[InputMapping]:
        """The mappings of all that is heard on the channel."""
        raise NotImplementedError

    @property
    def held(self) -> str:
        """The notes that are held, such as "note 60"; empty for none."""
        return held_words([note for mapping in self.mappings() for note in mapping.held])

    @property
    def sustained(self) -> bool:
        """True while a sustain pedal is down under a held note."""
        return any(mapping.sustained for mapping in self.mappings())
