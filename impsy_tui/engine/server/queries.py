"""Answers to the queries of clients: files, settings, rig check, ports, set-up."""

import asyncio
from collections.abc import Collection
from dataclasses import replace
from typing import Any

import msgspec

from impsy_tui import setup_questions
from impsy_tui.control.answers import Names, Rig, Settings
from impsy_tui.control.encoding import encoded
from impsy_tui.control.messages import OpenSet, Reply, Request, SaveSet, SetUp
from impsy_tui.engine.models.user_files import UserFiles
from impsy_tui.engine.performance.live_set import LiveSet
from impsy_tui.engine.players.base import ParameterHolder, ParameterOwner
from impsy_tui.engine.players.session import Session
from impsy_tui.engine.players.settings import value_of
from impsy_tui.engine.server.ports import PortLister
from impsy_tui.engine.server.rig_check import RigChecker
from impsy_tui.engine.server.settings import SettingsEditor
from impsy_tui.errors import UserError
from impsy_tui.parameters import ENGINE, MDRNN, TRAINED, parameters_of
from impsy_tui.paths import shipped_folder


class Queries:
    """Answers the queries of clients.

    Args:
        user_files: Files of the user.
        settings: Settings of the configuration.
        session: Session with the live values.
        rig: Rig check.
        ports: List of ports.
        live_set: Names of scenes and cues, texts of set lists.
    """

    def __init__(
        self,
        user_files: UserFiles,
        settings: SettingsEditor,
        session: Session,
        rig: RigChecker,
        ports: PortLister,
        live_set: LiveSet,
    ) -> None:
        self._user_files = user_files
        self._settings = settings
        self._session = session
        self._rig = rig
        self._ports = ports
        self._live_set = live_set

    async def answer(self, ask: Request) -> bytes:
        """Returns the answer as a message: the data, or a reply with the reason of a failure."""
        try:
            if isinstance(ask, SetUp):
                return encoded(Reply(ask.id, True, await self._set_up(ask.answers)))
            if isinstance(ask, OpenSet):
                return encoded(await self._live_set.set_texts.open(ask.id, ask.name))
            if isinstance(ask, SaveSet):
                return encoded(await self._live_set.set_texts.save(ask.id, ask.name, ask.text, ask.version))
            match ask.about:
                case "files":
                    return await self._user_files.describe(ask.id)
                case "log":
                    return await self._user_files.draw(ask.id, ask.name, ask.columns)
                case "names":
                    return encoded(await self._names(ask.id))
                case "ports":
                    return await self._ports.look(ask.id)
                case "rig":
                    return encoded(Rig(ask.id, await self._rig.checks()))
                case "settings":
                    settings = self._settings.settings(self._live(), self._session.focus)
                    return encoded(Settings(ask.id, str(self._settings.file or ""), settings))
        except UserError as problem:
            return encoded(Reply(ask.id, False, str(problem)))

    async def _names(self, number: int) -> Names:
        names = await self._user_files.names(number)
        try:
            scenes = await asyncio.get_running_loop().run_in_executor(None, self._live_set.scene_file.names)
        except UserError:
            scenes = []  # the command scene reports the reason
        return msgspec.structs.replace(
            names, scenes=tuple(scenes), cues=self._live_set.cues.names, places=self._live_set.mappings.places
        )

    async def _set_up(self, answers: setup_questions.Answers) -> str:
        if answers.model:
            file = self._user_files.find("model", answers.model)
            # Only the current configuration knows models in other folders by name.
            usual = {folder.resolve() for folder in (self._user_files.own_models, shipped_folder("models"))}
            answers = replace(answers, model=file.name if file.parent.resolve() in usual else str(file.absolute()))
        return await self._settings.make(answers)

    def _live(self) -> dict[str, Any]:
        """Returns the settings that commands can change, by key."""
        owners: list[ParameterOwner] = [self._session.parameters]
        following: Collection[str] = ()
        if (player := self._session.players.get(self._session.focus)) is not None:
            owners.append(player)
            following = _following(player.behaviour)
        return {
            one.key: TRAINED if one.name in following else 0.0 if value is None else value
            for owner, scope in zip(owners, (ENGINE, MDRNN), strict=False)
            for one in parameters_of(scope)
            for value in (value_of(owner, one),)
            if one.key
        }


def _following(behaviour: ParameterHolder) -> list[str]:
    """Returns the temperatures that have the value which the training of the model found."""
    return [name for name in behaviour.settings.trained if behaviour.value(name) == behaviour.fitted(name)]
