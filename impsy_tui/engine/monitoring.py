"""An engine in its network: heartbeat, announcements, status page and commands of the staff."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any, Final

import msgspec

from impsy_tui.channels.base import Channel, Rights
from impsy_tui.channels.discovery.announcer import Announcer, services_of
from impsy_tui.channels.monitor import Monitor, MonitoredChannel
from impsy_tui.config import Config
from impsy_tui.control.messages import Snapshot
from impsy_tui.engine.commands.executor import Executor
from impsy_tui.engine.commands.refusals import refused_from_network
from impsy_tui.engine.commands.staff import carry_out_staff_line
from impsy_tui.engine.models.user_files import UserFiles
from impsy_tui.engine.performance.live_set import LiveSet
from impsy_tui.engine.players.session import Session
from impsy_tui.engine.runtime.loop import describe_error
from impsy_tui.engine.server.heartbeat import HeartbeatSender
from impsy_tui.engine.server.stage_state import stage_state
from impsy_tui.engine.server.status_report import status_report
from impsy_tui.errors import UserError
from impsy_tui.language import Source
from impsy_tui.language.program import quoted

_FRESH: Final = 1.0
"""Seconds for which a status is served again: requests cost the music nothing."""


class Monitoring:
    """Status of an engine for programs and staff.

    Args:
        config: Configuration.
        session: Session, which takes problems of the network.
        snapshot: Returns the state of the engine.
        executor: Carries out lines of the staff.
        live_set: Set, whose scenes the staff may choose.
        user_files: Models, which a performer may load.
    """

    def __init__(
        self,
        config: Config,
        session: Session,
        snapshot: Callable[[], Snapshot],
        executor: Executor,
        live_set: LiveSet,
        user_files: UserFiles,
    ) -> None:
        self._scheduler = session.scheduler
        self._notify = session.notify
        self._snapshot = snapshot
        self._executor = executor
        self._live_set = live_set
        self._user_files = user_files
        self._page, self._made_at = b"", -_FRESH
        self._announcer = Announcer(
            services_of(config) if config.announce else (),
            lambda level, text: session.notify(level, "announce", text),
        )
        self._heartbeat = (
            None
            if config.heartbeat is None
            else HeartbeatSender(config.heartbeat, session.scheduler, session, lambda: status_report(snapshot()))
        )

    async def start(self, channels: Sequence[Channel]) -> None:
        """Starts the heartbeat and the announcements, and gives channels the status."""
        self._announcer.start()
        monitor = Monitor(
            self._status,
            self._choices,
            lambda host, line: carry_out_staff_line(self._executor, host, line),
            lambda: msgspec.json.encode(stage_state(self._snapshot())),
            self._models,
            self._perform,
        )
        for channel in channels:
            if isinstance(channel, MonitoredChannel):
                try:
                    channel.show_monitor(monitor)
                except Exception as error:
                    # The files of the pages may be unreadable, and the engine starts without these pages.
                    self._notify("error", channel.name, f"has no page of the performer: {describe_error(error)}")
        if self._heartbeat is not None:
            await self._heartbeat.start()

    def close(self) -> None:
        """Ends the heartbeat and the announcements."""
        self._announcer.close()
        if self._heartbeat is not None:
            self._heartbeat.close()

    def _status(self) -> bytes:
        now = self._scheduler.now()
        if now >= self._made_at + _FRESH:
            self._made_at = now
            self._page = msgspec.json.format(msgspec.json.encode(status_report(self._snapshot()))) + b"\n"
        return self._page

    async def _models(self) -> list[str]:
        try:
            return list((await self._user_files.names(0)).models)
        except UserError:
            return []  # the performer can still load by name

    def _perform(self, channel: str, host: str, line: str, rights: Rights) -> str:
        if rights is Rights.PLAY:
            return refused_from_network(channel, line, "remote_parameters")
        source = Source.CHANNEL if rights is Rights.COMMANDS else Source.NETWORK
        return self._executor.carry_out_for(channel, f"page at {host}", line, source)

    async def _choices(self) -> dict[str, Any]:
        try:
            scenes = await asyncio.to_thread(self._live_set.scene_file.names)
        except UserError:
            scenes = []  # the performer sees why
        return {"scenes": list(map(quoted, scenes)), "set": self._live_set.cues.name}
