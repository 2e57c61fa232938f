from rundlet.v1 import counted_write_pb2 as _counted_write_pb2
from rundlet.v1 import read_pb2 as _read_pb2
from rundlet.v1 import transaction_pb2 as _transaction_pb2
from rundlet.v1 import write_pb2 as _write_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class PipelineRequest(_message.Message):
    __slots__ = ("operations",)
    OPERATIONS_FIELD_NUMBER: _ClassVar[int]
    operations: _containers.RepeatedCompositeFieldContainer[PipelineOperation]
    def __init__(self, operations: _Optional[_Iterable[_Union[PipelineOperation, _Mapping]]] = ...) -> None: ...

class PipelineOperation(_message.Message):
    __slots__ = ("id", "get", "put", "delete", "set_expiry", "add", "delete_range", "commit")
    ID_FIELD_NUMBER: _ClassVar[int]
    GET_FIELD_NUMBER: _ClassVar[int]
    PUT_FIELD_NUMBER: _ClassVar[int]
    DELETE_FIELD_NUMBER: _ClassVar[int]
    SET_EXPIRY_FIELD_NUMBER: _ClassVar[int]
    ADD_FIELD_NUMBER: _ClassVar[int]
    DELETE_RANGE_FIELD_NUMBER: _ClassVar[int]
    COMMIT_FIELD_NUMBER: _ClassVar[int]
    id: int
    get: _read_pb2.GetRequest
    put: _write_pb2.PutRequest
    delete: _write_pb2.DeleteRequest
    set_expiry: _write_pb2.SetExpiryRequest
    add: _counted_write_pb2.AddRequest
    delete_range: _counted_write_pb2.DeleteRangeRequest
    commit: _transaction_pb2.CommitRequest
    def __init__(self, id: _Optional[int] = ..., get: _Optional[_Union[_read_pb2.GetRequest, _Mapping]] = ..., put: _Optional[_Union[_write_pb2.PutRequest, _Mapping]] = ..., delete: _Optional[_Union[_write_pb2.DeleteRequest, _Mapping]] = ..., set_expiry: _Optional[_Union[_write_pb2.SetExpiryRequest, _Mapping]] = ..., add: _Optional[_Union[_counted_write_pb2.AddRequest, _Mapping]] = ..., delete_range: _Optional[_Union[_counted_write_pb2.DeleteRangeRequest, _Mapping]] = ..., commit: _Optional[_Union[_transaction_pb2.CommitRequest, _Mapping]] = ...) -> None: ...

class PipelineResponse(_message.Message):
    __slots__ = ("answers",)
    ANSWERS_FIELD_NUMBER: _ClassVar[int]
    answers: _containers.RepeatedCompositeFieldContainer[PipelineAnswer]
    def __init__(self, answers: _Optional[_Iterable[_Union[PipelineAnswer, _Mapping]]] = ...) -> None: ...

class PipelineAnswer(_message.Message):
    __slots__ = ("id", "error", "get", "put", "delete", "set_expiry", "add", "delete_range", "commit")
    ID_FIELD_NUMBER: _ClassVar[int]
    ERROR_FIELD_NUMBER: _ClassVar[int]
    GET_FIELD_NUMBER: _ClassVar[int]
    PUT_FIELD_NUMBER: _ClassVar[int]
    DELETE_FIELD_NUMBER: _ClassVar[int]
    SET_EXPIRY_FIELD_NUMBER: _ClassVar[int]
    ADD_FIELD_NUMBER: _ClassVar[int]
    DELETE_RANGE_FIELD_NUMBER: _ClassVar[int]
    COMMIT_FIELD_NUMBER: _ClassVar[int]
    id: int
    error: PipelineError
    get: _read_pb2.GetResponse
    put: _write_pb2.PutResponse
    delete: _write_pb2.DeleteResponse
    set_expiry: _write_pb2.SetExpiryResponse
    add: _counted_write_pb2.AddResponse
    delete_range: _counted_write_pb2.DeleteRangeResponse
    commit: _transaction_pb2.CommitResponse
    def __init__(self, id: _Optional[int] = ..., error: _Optional[_Union[PipelineError, _Mapping]] = ..., get: _Optional[_Union[_read_pb2.GetResponse, _Mapping]] = ..., put: _Optional[_Union[_write_pb2.PutResponse, _Mapping]] = ..., delete: _Optional[_Union[_write_pb2.DeleteResponse, _Mapping]] = ..., set_expiry: _Optional[_Union[_write_pb2.SetExpiryResponse, _Mapping]] = ..., add: _Optional[_Union[_counted_write_pb2.AddResponse, _Mapping]] = ..., delete_range: _Optional[_Union[_counted_write_pb2.DeleteRangeResponse, _Mapping]] = ..., commit: _Optional[_Union[_transaction_pb2.CommitResponse, _Mapping]] = ...) -> None: ...

class PipelineError(_message.Message):
    __slots__ = ("code", "message", "reason", "metadata")
    class MetadataEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    CODE_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    METADATA_FIELD_NUMBER: _ClassVar[int]
    code: int
    message: str
    reason: str
    metadata: _containers.ScalarMap[str, str]
    def __init__(self, code: _Optional[int] = ..., message: _Optional[str] = ..., reason: _Optional[str] = ..., metadata: _Optional[_Mapping[str, str]] = ...) -> None: ...
