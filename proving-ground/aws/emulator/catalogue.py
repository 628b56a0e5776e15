"""EC2: what can be launched is a table that never changes, of which moto renders six megabytes at each question. They are kept."""

import hashlib
import json
import os
import pathlib

from moto.core.responses import ActionResult
from moto.ec2.responses.instances import InstanceResponse

# Shared by worlds that run at the same time, and by later ones.
FOLDER = pathlib.Path(os.environ["CATALOGUE_FOLDER"])


def apply():
    for name in ("describe_instance_types", "describe_instance_type_offerings"):
        setattr(InstanceResponse, name, kept(getattr(InstanceResponse, name)))


def kept(original):
    def wrapped(self):
        # Moto has the parameters of the call in here, and nothing else.
        question = json.dumps([original.__name__, self.region, sorted((key, str(value)) for key, value in self.data.items())])
        file = FOLDER / f"{hashlib.sha256(question.encode()).hexdigest()[:32]}.xml"
        return KeptAnswer(file) if file.exists() else NewAnswer(original(self).result, file)

    return wrapped


class KeptAnswer(ActionResult):
    def __init__(self, file):
        super().__init__(None)
        self.file = file

    def execute_result(self, context):
        return 200, {"Content-Type": "text/xml"}, self.file.read_text()


class NewAnswer(ActionResult):
    def __init__(self, result, file):
        super().__init__(result)
        self.file = file

    def execute_result(self, context):
        status, headers, body = super().execute_result(context)
        self.file.parent.mkdir(parents=True, exist_ok=True)
        # Another world may do the same just now.
        new = self.file.with_suffix(f".{os.getpid()}")
        new.write_text(body)
        new.replace(self.file)
        return status, headers, body
