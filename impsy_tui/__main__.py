from impsy_tui.cli import main

main()
