"""What confluent-kafka.test.ts has PyPI's confluent-kafka (librdkafka) do.

    python confluent-kafka-checks.py BOOTSTRAP CHECK TOPIC

Does CHECK with TOPIC, which it creates where it needs more than one partition, and prints what it saw as JSON.
"""

import json
import sys
import time

from confluent_kafka import Consumer, KafkaException, Producer, TopicPartition
from confluent_kafka.admin import (
    AdminClient,
    AlterConfigOpType,
    ConfigEntry,
    ConfigResource,
    NewPartitions,
    NewTopic,
    OffsetSpec,
    ResourceType,
)

bootstrap, check_name, topic = sys.argv[1:]
common = {"bootstrap.servers": bootstrap, "log_level": 0}
codecs = ["none", "gzip", "snappy", "lz4", "zstd"]
admin = AdminClient(common)


def wait(futures):
    """The results of an admin call by what each is about; an error stands as its name."""
    results = {}
    for about, future in futures.items():
        try:
            results[about] = future.result(timeout=15)
        except KafkaException as error:
            results[about] = error.args[0].name()
    return results


def only(futures):
    (result,) = wait(futures).values()
    return result


def create(partitions=1, config=None):
    new = NewTopic(topic, num_partitions=partitions, replication_factor=1, config=config or {})
    return only(admin.create_topics([new]))


def produce(records, **config):
    """Writes keyword arguments of `Producer.produce`; answers the places, or the names of errors."""
    delivered = []

    def on_delivery(error, message):
        delivered.append([message.partition(), message.offset()] if error is None else error.name())

    producer = Producer({**common, "linger.ms": 5, **config})
    for record in records:
        producer.produce(topic, on_delivery=on_delivery, **record)
    assert producer.flush(20) == 0
    return delivered


def assigned(places, **config):
    """A consumer with a manual assignment, in which no group coordinator has a part."""
    consumer = Consumer(
        {
            **common,
            "group.id": "assigned",
            "enable.auto.commit": False,
            "fetch.wait.max.ms": 50,
            **config,
        }
    )
    consumer.assign([TopicPartition(topic, partition, offset) for partition, offset in places])
    return consumer


def poll(consumer, count):
    messages = []
    deadline = time.monotonic() + 15
    while len(messages) < count:
        assert time.monotonic() < deadline, f"{len(messages)} of {count} records came"
        messages.extend(consumer.consume(count - len(messages), timeout=0.5))
    for message in messages:
        assert message.error() is None, message.error()
    return messages


def text(value):
    return None if value is None else value.decode()


def check_admin():
    seen = {"created": create(3, {"retention.ms": "60000"}), "again": create(3)}
    metadata = admin.list_topics(topic, timeout=10)
    seen["brokers"] = [[broker.id, f"{broker.host}:{broker.port}"] for broker in metadata.brokers.values()]
    seen["partitions"] = [
        [p.id, p.leader, p.replicas, p.isrs] for p in metadata.topics[topic].partitions.values()
    ]
    cluster = admin.describe_cluster().result(timeout=10)
    seen["nodes"] = [node.id for node in cluster.nodes]

    resource = ConfigResource(ResourceType.TOPIC, topic)
    entries = only(admin.describe_configs([resource]))
    entry = entries["retention.ms"]
    seen["described"] = [entry.value, entry.source, entry.is_default, entry.is_read_only]
    seen["described all"] = len(entries) >= 33
    operation = AlterConfigOpType.SET
    resource.add_incremental_config(ConfigEntry("segment.bytes", "2097152", incremental_operation=operation))
    seen["altered"] = only(admin.incremental_alter_configs([resource]))
    # Apache Kafka's broker learns of it a moment later.
    while (value := only(admin.describe_configs([resource]))["segment.bytes"].value) == "1073741824":
        pass
    seen["segment.bytes"] = value
    broker = ConfigResource(ResourceType.BROKER, "1")
    seen["node.id"] = only(admin.describe_configs([broker]))["node.id"].value

    seen["grown"] = only(admin.create_partitions([NewPartitions(topic, 5)]))
    seen["shrunk"] = only(admin.create_partitions([NewPartitions(topic, 2)]))
    seen["deleted"] = only(admin.delete_topics([topic]))
    seen["deleted again"] = only(admin.delete_topics([topic]))
    return seen


def check_codecs():
    create()
    delivered = []
    for codec in codecs:
        for acks in [0, 1, -1]:
            headers = [("codec", codec.encode()), ("null", None)]
            records = [
                {
                    "partition": 0,
                    "key": f"key {i}",
                    "value": None if i % 7 == 3 else f"{codec} {acks} " + "value " * i,
                    "headers": headers if i % 2 else [],
                    "timestamp": 1_700_000_000_000 + i,
                }
                for i in range(40)
            ]
            delivered += produce(records, **{"compression.type": codec, "acks": acks})
    consumer = assigned([(0, 0)])
    messages = poll(consumer, len(delivered))
    consumer.close()
    return {
        "errors": [place for place in delivered if isinstance(place, str)],
        "read": [
            {
                "partition": message.partition(),
                "offset": message.offset(),
                "timestamp": message.timestamp()[1],
                "key": text(message.key()),
                "value": text(message.value()),
                "headers": [[key, text(value)] for key, value in message.headers() or []],
            }
            for message in messages
        ],
    }


def check_idempotent():
    create(4)
    records = [{"partition": i % 4, "value": f"{i}"} for i in range(4000)]
    return produce(records, **{"enable.idempotence": True, "batch.num.messages": 50})


def check_places():
    create(2)
    for i in range(10):
        produce([{"partition": 0, "value": f"{i}", "timestamp": 1000 * (i + 1)}])
    produce([{"partition": 1, "value": "other", "timestamp": 500}])
    consumer = assigned([(0, 7), (1, 0)])
    places = sorted([m.partition(), m.offset()] for m in poll(consumer, 4))
    seen = {"assigned": places, "position": [p.offset for p in consumer.position([TopicPartition(topic, 0)])]}
    seen["sought"] = []
    consumer.assign([TopicPartition(topic, 0, 0)])
    poll(consumer, 1)
    for offset in [8, 2, 5]:
        consumer.seek(TopicPartition(topic, 0, offset))
        seen["sought"].append(poll(consumer, 1)[0].offset())
    seen["watermarks"] = consumer.get_watermark_offsets(TopicPartition(topic, 0), timeout=10)
    at = lambda time: consumer.offsets_for_times([TopicPartition(topic, 0, time)], timeout=10)[0].offset
    seen["times"] = [at(time) for time in [0, 1000, 3500, 10_000, 10_001]]
    consumer.close()

    first = TopicPartition(topic, 0)
    listed = lambda spec: only(admin.list_offsets({first: spec})).offset
    specs = [OffsetSpec.earliest(), OffsetSpec.latest(), OffsetSpec.max_timestamp()]
    seen["listed"] = [listed(spec) for spec in specs] + [listed(OffsetSpec.for_timestamp(4000))]
    seen["low watermark"] = only(admin.delete_records([TopicPartition(topic, 0, 6)])).low_watermark
    consumer = assigned([(0, 2)], **{"auto.offset.reset": "earliest"})
    seen["reset"] = [message.offset() for message in poll(consumer, 4)]
    consumer.close()
    return seen


def check_large():
    create(1, {"max.message.bytes": "6000000"})
    big = {"message.max.bytes": 8_000_000}
    sizes = [900_000, 5_000_000]
    delivered = produce([{"partition": 0, "value": b"x" * size} for size in sizes], **big)
    delivered += produce([{"partition": 0, "value": b"x" * 7_000_000}], **big)
    consumer = assigned([(0, 0)])
    read = [len(message.value()) for message in poll(consumer, 2)]
    consumer.close()
    return {"delivered": delivered, "read": read}


def check_errors():
    illegal = NewTopic("/shopping-cart-done", num_partitions=1, replication_factor=1)
    create()
    resource = ConfigResource(ResourceType.TOPIC, topic)
    operation = AlterConfigOpType.SET
    resource.add_incremental_config(ConfigEntry("retention.ms", "soon", incremental_operation=operation))
    consumer = assigned([(0, 99)], **{"auto.offset.reset": "error"})
    beyond = consumer.poll(10)
    consumer.close()
    return {
        "illegal name": only(admin.create_topics([illegal])),
        "three replicas": only(admin.create_topics([NewTopic(topic + ".3", 1, 3)])),
        "bad config": only(admin.incremental_alter_configs([resource])),
        "no such topic": only(admin.describe_configs([ConfigResource(ResourceType.TOPIC, topic + ".no")])),
        "beyond the end": beyond.error().name() if beyond is not None else None,
    }


checks = {
    "admin": check_admin,
    "codecs": check_codecs,
    "idempotent": check_idempotent,
    "places": check_places,
    "large": check_large,
    "errors": check_errors,
}
print(json.dumps(checks[check_name]()))
