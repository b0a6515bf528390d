"""Models, auditions and classifiers of an ensemble that plays."""

import asyncio
import shutil
from pathlib import Path

import pytest

from impsy_tui.config.schema import PlayerTable
from impsy_tui.control.messages import Reply
from impsy_tui.engine.performance.scenes.file import SceneFile
from impsy_tui.ensemble.classifier import read_classifier
from impsy_tui.ensemble.network import EnsembleNetwork
from impsy_tui.ensemble.predictor import EnsemblePredictor, RandomEnsemble, primed
from tests.support.engine.scripted_players import ScriptedPredictor
from tests.support.engine.virtual_ensemble import TAPS, VirtualEnsemble
from tests.support.engine.virtual_session import VirtualSession
from tests.support.places import ROOT

_SHIPPED = ROOT / "models" / "ensembleRNN-units16.tflite"


@pytest.fixture
def hall(tmp_path: Path) -> VirtualEnsemble:
    """Makes a trio, and models of the user."""
    models = tmp_path / "models"
    models.mkdir()
    for name in ("ensembleRNN-mine", "ensembleRNN-other"):
        for suffix in (".tflite", ".toml"):
            shutil.copy(_SHIPPED.with_suffix(suffix), models / f"{name}{suffix}")
    shutil.copy(ROOT / "models" / "gestures-synthetic.npz", models / "gestures-mine.npz")
    (models / "ensembleRNN-broken.tflite").write_bytes(b"nothing of the kind")
    (models / "gestures-broken.npz").write_bytes(b"nothing of the kind")
    return VirtualEnsemble(tmp_path)


def test_model_is_loaded_between_two_seconds_and_has_heard_the_last_minute(hall: VirtualEnsemble) -> None:
    behaviour = hall.player.behaviour
    hall.rehearsal.wait(20.5)
    assert behaviour.codes == (TAPS, TAPS)
    touches = len(hall.first.touches)
    assert hall.do("@trio load ensembleRNN-mine") == "trio: ensembleRNN-mine plays"
    assert (behaviour.models.kind, behaviour.models.model) == ("ensemble", "ensembleRNN-mine")
    assert behaviour.models.tunings[3].leave != ()
    assert behaviour.codes == (TAPS, TAPS)  # the followers continue with their gestures
    heard = primed(EnsemblePredictor(EnsembleNetwork(_SHIPPED), 2, hall.rehearsal.random), behaviour.seconds)
    assert behaviour._ensemble.predict(0).tolist() == heard.predict(0).tolist()
    hall.rehearsal.wait(2.0)
    assert len(hall.first.touches) > touches
    assert hall.rehearsal.problems == []
    assert hall.player.state(0.0).model == "ensembleRNN-mine"
    assert hall.rehearsal.player_models.ensembles.files([hall.player])[0].name == "ensembleRNN-mine.tflite"


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("@trio load ensembleRNN-nine", "no model is called ensembleRNN-nine"),
        ("@trio load ensembleRNN-nine", "did you mean ensembleRNN-mine? There are: "),
        ("@trio load ensembleRNN-broken", "ensembleRNN-broken: is not a TensorFlow Lite model"),
        ("@trio load ../secret", "no model is called ../secret"),
        ("@trio audition ensembleRNN-broken", "scripted plays on"),
        ("classifier gestures-broken", "gestures-broken.npz"),
        ("classifier gestures-nine", "no classifier is called gestures-nine"),
    ],
)
def test_refused_load_keeps_ensemble_playing(hall: VirtualEnsemble, line: str, why: str) -> None:
    assert why in hall.refused(line)
    hall.rehearsal.wait(1.05)
    assert hall.player.behaviour.codes == (TAPS, TAPS)


def test_model_of_values_is_refused_by_an_ensemble_and_one_of_an_ensemble_by_a_player_of_values(
    hall: VirtualEnsemble, shipped_model: Path, tmp_path: Path
) -> None:
    shutil.copy(shipped_model, tmp_path / "models" / "faders.tflite")
    assert "faders: is not an ensemble model" in hall.refused("@trio load faders")
    assert "ensembleRNN-mine" in hall.refused("@main load ensembleRNN-mine")


def test_load_for_all_players_reaches_those_of_its_kind(hall: VirtualEnsemble) -> None:
    assert hall.do("@all load ensembleRNN-mine") == "trio: ensembleRNN-mine plays"


@pytest.mark.parametrize("command", ["load", "audition"])
def test_model_that_is_for_no_one_here_is_refused(tmp_path: Path, command: str) -> None:
    duo = VirtualSession(tmp_path, players={"a": ScriptedPredictor(4), "b": ScriptedPredictor(4)})
    reply = duo.try_(f"@all {command} ensembleRNN-mine")
    assert not reply.ok
    assert "no model is called ensembleRNN-mine" in reply.text


def test_auditioned_model_answers_in_silence_and_plays_on_with_what_it_has_heard(hall: VirtualEnsemble) -> None:
    behaviour = hall.player.behaviour
    hall.rehearsal.wait(5.05)
    reply = hall.do("@trio audition ensembleRNN-mine")
    assert reply == "trio: ensembleRNN-mine listens and answers in silence; load ensembleRNN-mine lets it be heard"
    hall.log.put = lambda *line: None  # type: ignore[method-assign]
    for _ in range(100):
        hall.touch()
        hall.rehearsal.wait(0.3)
    state = hall.player.state(0.0).ensemble
    assert state is not None
    assert state.auditioned == "ensembleRNN-mine"
    assert state.in_silence == behaviour.in_silence
    assert len(state.in_silence) == 2
    assert behaviour.codes == (TAPS, TAPS)
    assert {touch.x for touch in hall.first.touches} == {TAPS / 10}  # the auditioned model does not sound
    hall.do("ensemble 4")
    assert len(behaviour.in_silence) == 3
    listened = behaviour._auditioned
    assert hall.do("@trio load ensembleRNN-mine") == "trio: ensembleRNN-mine plays, as auditioned"
    assert behaviour._ensemble is listened
    assert behaviour.auditioned is None
    hall.do("@trio audition ensembleRNN-other")
    hall.do("@trio audition off")
    assert behaviour.in_silence == ()


def test_auditions_end_for_all_players_also_where_one_auditions_nothing(hall: VirtualEnsemble) -> None:
    hall.do("@trio audition ensembleRNN-mine")
    assert hall.do("@all audition off") == "trio: the audition is over"
    assert hall.player.behaviour.auditioned is None
    assert hall.refused("@all audition off") == "no model is auditioned"


def test_auditioned_network_that_fails_is_sent_away_and_the_others_play(hall: VirtualEnsemble) -> None:
    class Broken(RandomEnsemble):
        def step(self, told):  # type: ignore[no-untyped-def]
            return super().step(told) * float("nan")

    behaviour = hall.player.behaviour
    ensemble_models = behaviour.models.__class__(
        Broken(), "broken", behaviour.models.classifier, behaviour.models.clips
    )
    behaviour.audition(ensemble_models, behaviour.followers(ensemble_models))
    hall.rehearsal.wait(2.05)
    assert [text for level, _, text in hall.rehearsal.messages if level == "error"] == [
        "broken, which is auditioned: the model predicts values that are not finite numbers: the audition ends"
    ]
    assert behaviour.codes == (TAPS, TAPS)


def test_model_that_was_asked_for_last_plays(hall: VirtualEnsemble) -> None:
    ensembles, player = hall.rehearsal.player_models.ensembles, hall.player

    async def both() -> list[object]:
        first = asyncio.create_task(ensembles.load(player, "ensembleRNN-mine"))
        await asyncio.sleep(0)
        return await asyncio.gather(first, ensembles.load(player, "ensembleRNN-other"), return_exceptions=True)

    replies = asyncio.run(both())
    assert "another model was requested" in str(replies[0])
    assert player.behaviour.models.model == "ensembleRNN-other"


def test_scene_comes_after_a_model_that_is_still_being_loaded(hall: VirtualEnsemble) -> None:
    hall.do("@trio load ensembleRNN-mine")
    hall.do("scene save first")
    executor, behaviour = hall.rehearsal.executor, hall.player.behaviour

    async def both(name: str) -> Reply:
        first = asyncio.create_task(executor.carry_out(f"@trio load {name}", 1))
        await asyncio.sleep(0)
        await executor.carry_out("scene first", 2)
        return await first

    assert "another model was requested" in asyncio.run(both("ensembleRNN-other")).text
    assert behaviour.models.model == "ensembleRNN-mine"
    assert asyncio.run(both("ensembleRNN-mine")) == Reply(1, True, "trio: ensembleRNN-mine plays")


@pytest.mark.parametrize(
    ("then", "auditioned"),
    [("unload", None), ("audition off", None), ("audition ensembleRNN-other", "ensembleRNN-other")],
)
def test_command_during_audition_load_cancels_audition(
    hall: VirtualEnsemble, then: str, auditioned: str | None
) -> None:
    executor, behaviour = hall.rehearsal.executor, hall.player.behaviour

    async def both() -> Reply:
        first = asyncio.create_task(executor.carry_out("@trio audition ensembleRNN-mine", 1))
        await asyncio.sleep(0)
        await executor.carry_out(f"@trio {then}", 2)
        return await first

    reply = asyncio.run(both())
    assert "ensembleRNN-mine is not auditioned: something else was requested" in reply.text
    assert (None if behaviour.auditioned is None else behaviour.auditioned.model) == auditioned


def test_classifier_is_replaced_at_once(hall: VirtualEnsemble) -> None:
    network = hall.network
    assert hall.do("classifier gestures-mine") == "trio: gestures-mine classifies your gestures"
    ensemble_models = hall.player.behaviour.models
    assert ensemble_models.classifier_name == "gestures-mine"
    assert ensemble_models.network is network
    hall.do("@trio load ensembleRNN-mine")
    assert hall.player.behaviour.models.classifier_name == "gestures-mine"
    assert read_classifier(ROOT / "models" / "gestures-synthetic.npz").forest.roots.tolist() == (
        ensemble_models.classifier.forest.roots.tolist()
    )


def test_ensemble_s_model_that_was_named_by_its_path_is_come_back_to(hall: VirtualEnsemble, tmp_path: Path) -> None:
    elsewhere, behaviour = tmp_path / "elsewhere", hall.player.behaviour
    elsewhere.mkdir()
    file = Path(shutil.copy(_SHIPPED, elsewhere / "ensembleRNN-far.tflite"))
    ensembles = hall.rehearsal.player_models.ensembles
    behaviour.change(asyncio.run(ensembles.first(PlayerTable("trio", kind="ensemble", file=str(file)))))
    hall.do("@trio load ensembleRNN-mine")
    hall.do("undo")
    assert (behaviour.models.file, behaviour.models.kind) == (file, "ensemble")


def test_classifier_that_was_asked_for_last_tells_gestures(hall: VirtualEnsemble) -> None:
    ensembles, player = hall.rehearsal.player_models.ensembles, hall.player

    async def both() -> list[object]:
        first = asyncio.create_task(ensembles.hear_by(player, "gestures-mine"))
        await asyncio.sleep(0)
        return await asyncio.gather(first, ensembles.hear_by(player, "gestures-synthetic"), return_exceptions=True)

    first, second = asyncio.run(both())
    assert str(first) == "gestures-mine is not used: another classifier was requested during reading"
    assert second == "gestures-synthetic classifies your gestures"
    assert player.behaviour.models.classifier_name == "gestures-synthetic"


def test_models_and_classifiers_are_taken_back_and_kept_in_scenes(hall: VirtualEnsemble, tmp_path: Path) -> None:
    behaviour = hall.player.behaviour
    hall.do("@trio load ensembleRNN-mine; classifier gestures-mine")
    hall.do("scene save mine")
    hall.do("@trio load ensembleRNN-other; classifier gestures-synthetic")
    hall.do("undo")
    assert (behaviour.models.model, behaviour.models.classifier_name) == ("ensembleRNN-mine", "gestures-mine")
    assert hall.do("@trio unload").startswith("trio: DUMMY")
    assert (behaviour.models.kind, behaviour.models.model) == ("dummy", "dummy")
    hall.do("scene mine")
    assert (behaviour.models.kind, behaviour.models.model) == ("ensemble", "ensembleRNN-mine")
    kept = SceneFile(tmp_path / "scenes.toml").find("mine").players["trio"]
    assert (kept.model, kept.values["classifier"]) == ("ensembleRNN-mine", "gestures-mine")
