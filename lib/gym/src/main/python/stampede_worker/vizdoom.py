"""ViZDoom leaves nothing behind: its engine is a process of its own, with files of its own."""

import os
import subprocess
import sys
import tempfile

import vizdoom
import vizdoom.gymnasium_wrapper  # Registers the ids.

# The engine waits for ever if this process is killed, so another one waits for that. Engines are
# known by the folder in their command line; their shared memory has their instance id in its name.
KEEPER = """
import os, shutil, signal, sys
sys.stdin.read()
folder, had_folder = sys.argv[1], sys.argv[2] == 'True'
for process in filter(str.isdigit, os.listdir('/proc')):
    try:
        words = open(f'/proc/{process}/cmdline').read().split(chr(0))
        if folder in ' '.join(words) and '+viz_instance_id' in words:
            os.kill(int(process), signal.SIGKILL)
            instance = words[words.index('+viz_instance_id') + 1]
            for part in ('MQCtr', 'MQDoom', 'SM'):
                os.remove(f'/dev/shm/ViZDoom{part}{instance}')
    except OSError:
        pass
shutil.rmtree(folder, ignore_errors=True)
if not had_folder:
    try:
        os.rmdir('_vizdoom')
    except OSError:
        pass
"""


def register() -> None:
    """Has every game keep its configuration in a folder that is removed at the end."""
    folder = tempfile.mkdtemp(prefix="stampede-vizdoom-")
    if sys.platform == "linux":
        keep(folder)
    init = vizdoom.DoomGame.init

    def init_in_folder(game: vizdoom.DoomGame) -> bool:
        descriptor, path = tempfile.mkstemp(suffix=".ini", dir=folder)
        os.close(descriptor)
        game.set_doom_config_path(path)
        return init(game)

    vizdoom.DoomGame.init = init_in_folder


def keep(folder: str) -> None:
    global keeper  # Else Python would close its stdin.
    keeper = subprocess.Popen(
        [sys.executable, "-I", "-S", "-c", KEEPER, folder, str(os.path.isdir("_vizdoom"))],
        stdin=subprocess.PIPE,  # Closed by this process's end, whatever that is.
        start_new_session=True,
    )
