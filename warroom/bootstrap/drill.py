"""The stage of a drill: a bot, its visitors, an engine and a player, each a process of its own, all gone at the end.

A drill differs from a live room only in what is composed here: the bot is the reference bot, its history is recorded
just before, and its journal lies in a room that is marked as a drill.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import msgspec

from warroom.adapters.clock import SystemClock
from warroom.adapters.journal import read_entries
from warroom.adapters.paths import RoomPaths, make_private, room_paths
from warroom.adapters.playbook_files import bundled_dir, load_yaml
from warroom.cli.console import run_console
from warroom.cli.engine import start_engine
from warroom.cli.export import write_report
from warroom.client.connection import RoomConnection
from warroom.core.commands import StopEngine
from warroom.core.reduce import fold
from warroom.core.room import ConnectionLost
from warroom.core.timeline import words
from warroom.drill.autopilot import MANNERS, Autopilot, Style
from warroom.drill.recording import record_history
from warroom.drill.refbot.launch import RunningBot, start_bot, stop_bot
from warroom.drill.scenario import Scenario, scenario_from
from warroom.drill.score import Report, Visit, score
