from impsy_tui.cli.main import main

main()
