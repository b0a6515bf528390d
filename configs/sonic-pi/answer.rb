# Plays the vectors of impsy-tui, and sends a gesture to it.  impsy-tui play -c sonic-pi
# Paste this into a buffer and press Run. Eight values from 0 to 1: pitch, cutoff, resonance, pan, level and three more.

use_osc "127.0.0.1", 6000

live_loop :answer do
  values = sync "/osc*/prediction"
  use_synth :prophet
  play 36 + (values[0] * 36).round, cutoff: 50 + values[1] * 70, res: values[2] * 0.9,
       pan: values[3] * 2 - 1, amp: 0.2 + values[4] * 0.8, release: 0.2
end

# Your gesture. Change the numbers, or delete the loop and play another controller.
live_loop :gesture do
  8.times do |step|
    osc "/interface", *(1..8).map { |dimension| (step * dimension % 9) / 8.0 }
    sleep 0.25
  end
  sleep 6
end
