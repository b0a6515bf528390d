"""Event rate without loss: 1000 events a second for 5 s, then the highest rate."""

from common import Answers, ask, running, table


def measure(who: str, rate: float, seconds: float = 5.0) -> Answers:
    with running(who, "polyphony") as program:
        ask(program.port, program.output, 20, 1.0)
        program.drain()
        return ask(program.port, program.output, rate, seconds)


def main() -> None:
    rows = []
    for who in ("ours", "peer", "ours"):
        answers = measure(who, 1000)
        rows.append(["1000/s", who, f"{answers.lost:.1%}", f"{answers.ms(0.5):.2f}", f"{answers.ms(0.99):.2f}"])
    for who, candidates in (
        ("ours", (2000, 3000, 4000, 5000, 6000, 8000, 10000, 12000, 15000, 20000)),
        ("peer", (50, 100, 200, 400, 600, 800)),
    ):
        best = None
        for rate in candidates:
            answers = measure(who, rate)
            if answers.lost > 0:
                break
            best = (rate, answers)
        if best:
            rate, answers = best
            rows.append(
                [f"{rate}/s, the most without loss", who, "0.0%", f"{answers.ms(0.5):.2f}", f"{answers.ms(0.99):.2f}"]
            )
    table("Rate", ["events", "who", "lost", "p50 ms", "p99 ms"], rows)


if __name__ == "__main__":
    main()
