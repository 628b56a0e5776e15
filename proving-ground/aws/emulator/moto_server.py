"""Starts moto with the real rules that it lacks."""

import os
import pathlib
import signal
import threading

os.environ["MOTO_AMIS_PATH"] = str(pathlib.Path(__file__).with_name("images.json"))
os.environ["MOTO_ENABLE_AMI_VALIDATION"] = "true"
os.environ["MOTO_EC2_ENABLE_INSTANCE_TYPE_VALIDATION"] = "true"

from moto.server import ThreadedMotoServer  # noqa: E402  (reads its settings when imported)

from emulator import moto_rules  # noqa: E402

moto_rules.apply()
server = ThreadedMotoServer(ip_address="127.0.0.1", port=int(os.environ["MOTO_PORT"]), verbose=False)
server.start()
stopped = threading.Event()
signal.signal(signal.SIGTERM, lambda *_: stopped.set())
stopped.wait()
server.stop()
