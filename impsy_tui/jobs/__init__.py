"""Work that is done beside the music: workers are processes of their own, started, watched and stopped here."""
