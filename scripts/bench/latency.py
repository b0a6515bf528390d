"""Latency from OSC input to prediction: polyphony, timescale 0, the shipped 9-d model of size s."""

from common import Answers, ask, echo, running, table


def measure(who: str, rate: float, seconds: float = 10.0) -> Answers:
    with echo() if who == "echo" else running(who, "polyphony") as program:
        ask(program.port, program.output, 20, 2.0)  # warm
        program.drain()
        return ask(program.port, program.output, rate, seconds)


def main() -> None:
    rows = []
    for rate in (50, 200):
        found = {who: measure(who, rate) for who in ("echo", "ours", "peer", "ours", "echo")}
        for who, answers in found.items():
            rows.append(
                [f"{rate}/s", who, *(f"{answers.ms(share):.2f}" for share in (0.5, 0.99, 1.0)), f"{answers.lost:.1%}"]
            )
        ours, peer, bare = (found[who].ms(0.5) for who in ("ours", "peer", "echo"))
        rows.append(
            [f"{rate}/s", f"p50: peer/ours {peer / ours:.0f}, ours - echo {ours - bare:.2f} ms", "", "", "", ""]
        )
    table("Latency, OSC in to prediction out", ["rate", "who", "p50 ms", "p99 ms", "worst ms", "lost"], rows)


if __name__ == "__main__":
    main()
