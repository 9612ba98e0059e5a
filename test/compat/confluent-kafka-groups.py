"""What confluent-kafka-groups.test.ts has members of groups by PyPI's confluent-kafka (librdkafka) do.

    python confluent-kafka-groups.py BOOTSTRAP CHECK TOPIC PROTOCOL ASSIGNOR

Does CHECK with TOPIC and members of PROTOCOL, and prints what it saw as JSON.
"""

import json
import sys
import time

from confluent_kafka import Consumer, Producer
from confluent_kafka.admin import AdminClient, NewTopic

bootstrap, check_name, topic, protocol, assignor = sys.argv[1:]
common = {"bootstrap.servers": bootstrap, "log_level": 0}
admin = AdminClient(common)


class Member:
    def __init__(self, group, subscription, **config):
        classic = {
            "session.timeout.ms": 30_000,
            "heartbeat.interval.ms": 50,
            "partition.assignment.strategy": assignor,
        }
        self.values = []
        self.times_assigned = 0
        self.is_open = True
        self.consumer = Consumer(
            {
                **common,
                "group.id": group,
                "group.protocol": protocol,
                "auto.offset.reset": "earliest",
                "enable.auto.commit": False,
                "fetch.wait.max.ms": 50,
                "topic.metadata.refresh.interval.ms": 200,
                **(classic if protocol == "classic" else {"group.remote.assignor": assignor}),
                **config,
            }
        )
        self.consumer.subscribe([subscription], on_assign=self.on_assign)

    def on_assign(self, _consumer, _partitions):
        self.times_assigned += 1

    def poll(self):
        for message in self.consumer.consume(100, timeout=0.01) if self.is_open else []:
            if message.error() is None:
                self.values.append(message.value().decode())
                self.consumer.commit(message, asynchronous=False)

    def partitions(self):
        return sorted([p.topic, p.partition] for p in self.consumer.assignment()) if self.is_open else []

    def close(self):
        self.is_open = False
        self.consumer.close()


def until(members, condition):
    deadline = time.monotonic() + 15
    while not condition():
        state = [[member.partitions(), len(member.values)] for member in members]
        assert time.monotonic() < deadline, f"waited in vain: {state}"
        for member in members:
            member.poll()


def until_shared(members, *counts):
    until(members, lambda: sorted(len(member.partitions()) for member in members) == sorted(counts))


def create(name):
    for future in admin.create_topics([NewTopic(name, num_partitions=4, replication_factor=1)]).values():
        future.result(timeout=15)


def write(name, word):
    producer = Producer({**common, "linger.ms": 0})
    values = [f"{word} {i}" for i in range(40)]
    for i, value in enumerate(values):
        producer.produce(name, value=value, partition=i % 4)
    assert producer.flush(15) == 0
    return values


def read(members):
    return [value for member in members for value in member.values]


def until_read(members, values):
    until(members, lambda: set(values) <= set(read(members)))


def check_shared():
    """Two groups; one member comes too late to get anything, one leaves."""
    create(topic)
    a = [Member(f"A.{topic}", topic) for _ in range(2)]
    b = [Member(f"B.{topic}", topic) for _ in range(4)]
    until([*a, *b], lambda: all(len(m.partitions()) == 2 for m in a) and all(len(m.partitions()) == 1 for m in b))
    written = write(topic, "first")
    until_read(a, written)
    until_read(b, written)
    b.append(Member(f"B.{topic}", topic))
    until_shared(b, 0, 1, 1, 1, 1)
    next(member for member in b if len(member.partitions()) == 1).close()
    until_shared(b, 0, 1, 1, 1, 1)
    written += write(topic, "second")
    until_read(a, written)
    until_read(b, written)
    for member in a + [member for member in b if member.is_open]:
        member.close()
    return [sorted(read(group)) == sorted(written) for group in (a, b)]


def check_static():
    """Three static members restart in turn; what each has before and after, and how often each was told."""
    create(topic)
    start = lambda i: Member(f"S.{topic}", topic, **{"group.instance.id": f"instance-{i}"})
    members = [start(i) for i in range(3)]
    until_shared(members, 1, 1, 2)
    everyone = [*members]
    told = [member.times_assigned for member in members]
    written = write(topic, "first")
    until_read(everyone, written)
    same = []
    for i in range(3):
        before = members[i].partitions()
        members[i].close()
        written += write(topic, f"while {i} is away")
        members[i] = start(i)
        everyone.append(members[i])
        until_read(everyone, written)
        same.append(members[i].partitions() == before)
        same.append([m.times_assigned for m in members[i + 1 :]] == told[i + 1 :])
    told = [member.times_assigned for member in members]
    for member in members:
        member.close()
    return {"same": same, "told": told, "once": sorted(read(everyone)) == sorted(written)}


def check_pattern():
    """A regular expression; topics that match come and go."""
    create(f"{topic}.1")
    create(f"not.{topic}")
    members = [Member(f"P.{topic}", f"^{topic}.*") for _ in range(2)]
    until_shared(members, 2, 2)
    create(f"{topic}.2")
    until_shared(members, 4, 4)
    written = write(f"{topic}.1", "one") + write(f"{topic}.2", "two")
    write(f"not.{topic}", "other")
    until_read(members, written)
    for future in admin.delete_topics([f"{topic}.1"]).values():
        future.result(timeout=15)
    until_shared(members, 2, 2)
    left = sorted({name for member in members for name, _ in member.partitions()})
    for member in members:
        member.close()
    return {"read": set(read(members)) == set(written), "left": [name[len(topic) :] for name in left]}


checks = {"shared": check_shared, "static": check_static, "pattern": check_pattern}
print(json.dumps(checks[check_name]()))
