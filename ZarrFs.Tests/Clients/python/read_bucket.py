"""Reads a bucket with boto3 and compares it with the mount: pages, ranges, conditions; what writes is refused."""
import json
import os
import sys
import urllib.error
import urllib.request

import boto3
from botocore import UNSIGNED
from botocore.config import Config
from botocore.exceptions import ClientError

arguments = json.loads(sys.argv[1])
mount = arguments["mount"]
key = arguments.get("key")
client = boto3.client(
    "s3", endpoint_url=arguments["endpoint"], region_name="eu-central-1",
    aws_access_key_id=key and key["id"], aws_secret_access_key=key and key["secret"],
    config=Config(signature_version="s3v4" if key else UNSIGNED, s3={"addressing_style": "path"}, retries={"max_attempts": 1}))


def refused(status, code, call, **parameters):
    try:
        call(Bucket="zarrfs", **parameters)
    except ClientError as error:
        found = error.response["ResponseMetadata"]["HTTPStatusCode"], error.response["Error"]["Code"]
        assert found == (status, code), f"{found}, expected {(status, code)}"
    else:
        raise AssertionError(f"{call} of {parameters} was not refused")


def pages(**parameters):
    return list(client.get_paginator(parameters.pop("call", "list_objects_v2")).paginate(Bucket="zarrfs", **parameters))


files = {}
for directory, _, names in os.walk(mount):
    for name in names:
        path = os.path.join(directory, name)
        files[os.path.relpath(path, mount)] = os.path.getsize(path)
expected = sorted(files, key=lambda path: path.encode())
assert len(expected) > 60

assert [bucket["Name"] for bucket in client.list_buckets()["Buckets"]] == ["zarrfs"]
client.head_bucket(Bucket="zarrfs")
assert client.get_bucket_location(Bucket="zarrfs")["LocationConstraint"] is None
assert "Status" not in client.get_bucket_versioning(Bucket="zarrfs")

for call in ("list_objects_v2", "list_objects"):
    for size in (7, 1000):
        listed = [entry for page in pages(call=call, PaginationConfig={"PageSize": size}) for entry in page.get("Contents", [])]
        assert [entry["Key"] for entry in listed] == expected, f"{call} by {size}"
        assert all(entry["Size"] == files[entry["Key"]] for entry in listed)

# Directory by directory, as a browser of buckets does.
found, waiting = [], [""]
while waiting:
    for page in pages(Prefix=waiting.pop(), Delimiter="/", PaginationConfig={"PageSize": 3}):
        found += [entry["Key"] for entry in page.get("Contents", [])]
        waiting += [entry["Prefix"] for entry in page.get("CommonPrefixes", [])]
assert sorted(found) == sorted(expected)

chunk = next(path for path in expected if path.endswith(".ome.zarr/0/c/0/1/2"))
with open(os.path.join(mount, chunk), "rb") as file:
    content = file.read()
head = client.head_object(Bucket="zarrfs", Key=chunk)
assert head["ContentLength"] == len(content) and head["ETag"] == next(e["ETag"] for e in listed if e["Key"] == chunk)
assert head["LastModified"]
for given, start, end in (("bytes=0-0", 0, 1), ("bytes=100-299", 100, 300), ("bytes=-10", len(content) - 10, None)):
    part = client.get_object(Bucket="zarrfs", Key=chunk, Range=given)
    assert part["ResponseMetadata"]["HTTPStatusCode"] == 206 and part["Body"].read() == content[start:end]
assert client.get_object(Bucket="zarrfs", Key=chunk, IfMatch=head["ETag"])["Body"].read() == content
path = os.path.join(arguments["workspace"], "chunk")
client.download_file("zarrfs", chunk, path)
with open(path, "rb") as file:
    assert file.read() == content

refused(304, "304", client.get_object, Key=chunk, IfNoneMatch=head["ETag"])
refused(412, "PreconditionFailed", client.get_object, Key=chunk, IfMatch='"other"')
refused(416, "InvalidRange", client.get_object, Key=chunk, Range=f"bytes={len(content)}-")
refused(404, "NoSuchKey", client.get_object, Key="nothing")
refused(404, "404", client.head_object, Key=os.path.dirname(chunk))
refused(501, "NotImplemented", client.get_bucket_acl)
refused(405, "MethodNotAllowed", client.put_object, Key="new", Body=b"x")
refused(405, "MethodNotAllowed", client.delete_object, Key=chunk)
refused(405, "MethodNotAllowed", client.create_multipart_upload, Key="new")

if key:
    # A signed address needs nothing else; one with another signature, and other keys, are refused.
    url = client.generate_presigned_url("get_object", {"Bucket": "zarrfs", "Key": chunk}, ExpiresIn=60)
    assert urllib.request.urlopen(url).read() == content
    try:
        urllib.request.urlopen(url[:-1] + ("1" if url[-1] == "0" else "0"))
        raise AssertionError("an address with another signature is answered")
    except urllib.error.HTTPError as error:
        assert error.code == 403 and b"SignatureDoesNotMatch" in error.read()
    for user, secret, code in (key["id"], key["secret"] + "x", "SignatureDoesNotMatch"), ("ZFSNOBODY", key["secret"], "InvalidAccessKeyId"):
        client = boto3.client(
            "s3", endpoint_url=arguments["endpoint"], region_name="us-east-1", aws_access_key_id=user, aws_secret_access_key=secret,
            config=Config(s3={"addressing_style": "path"}, retries={"max_attempts": 1}))
        refused(403, code, client.get_object, Key=chunk)
    client = boto3.client("s3", endpoint_url=arguments["endpoint"], config=Config(signature_version=UNSIGNED, s3={"addressing_style": "path"}))
    refused(403, "AccessDenied", client.list_objects_v2)
