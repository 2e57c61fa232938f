package rundlet

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
)

// Reason is the cause of an error in the server's words. It is an error itself,
// for errors.Is.
type Reason string

// The reasons of the server; proto/README.md tells what to do about each.
const (
	ErrMalformedRequest     Reason = "MALFORMED_REQUEST"
	ErrInvalidField         Reason = "INVALID_FIELD"
	ErrLimitExceeded        Reason = "LIMIT_EXCEEDED"
	ErrRequestIDReused      Reason = "REQUEST_ID_REUSED"
	ErrInvalidPageToken     Reason = "INVALID_PAGE_TOKEN"
	ErrForeignPageToken     Reason = "FOREIGN_PAGE_TOKEN"
	ErrInvalidSnapshotToken Reason = "INVALID_SNAPSHOT_TOKEN"
	ErrForeignStore         Reason = "FOREIGN_STORE"
	ErrNotConfigured        Reason = "NOT_CONFIGURED"
	ErrNotANumber           Reason = "NOT_A_NUMBER"
	ErrSumOutOfRange        Reason = "SUM_OUT_OF_RANGE"
	ErrKeyNotFound          Reason = "KEY_NOT_FOUND"
	ErrSnapshotGone         Reason = "SNAPSHOT_GONE"
	ErrKeyExists            Reason = "KEY_EXISTS"
	ErrBackupExists         Reason = "BACKUP_EXISTS"
	ErrConditionFailed      Reason = "CONDITION_FAILED"
	ErrFillLeaseLost        Reason = "FILL_LEASE_LOST"
	ErrHistoryGone          Reason = "HISTORY_GONE"
	ErrRevisionNotReached   Reason = "REVISION_NOT_REACHED"
	ErrStorageFull          Reason = "STORAGE_FULL"
	ErrMemoryFull           Reason = "MEMORY_FULL"
	ErrTooMany              Reason = "TOO_MANY"
	ErrSlowReader           Reason = "SLOW_READER"
	ErrOverloaded           Reason = "OVERLOADED"
	ErrDeadlinePassed       Reason = "DEADLINE_PASSED"
	ErrCallerLeft           Reason = "CALLER_LEFT"
	ErrDraining             Reason = "DRAINING"
	ErrOutcomeUnknown       Reason = "OUTCOME_UNKNOWN"
	ErrCorruptRecord        Reason = "CORRUPT_RECORD"
	ErrInternal             Reason = "INTERNAL"
)

// Error is the reason as the server spells it.
func (r Reason) Error() string {
	return "rundlet: " + string(r)
}

// Error is why a call failed.
//
// errors.Is matches its Reason; context.DeadlineExceeded and context.Canceled
// match their codes; and status.FromError finds the status of gRPC.
type Error struct {
	Code    codes.Code
	Message string

	// Reason is empty if the error is not the server's own.
	Reason Reason

	// Metadata has facts about this failure, such as field, limit and value.
	Metadata map[string]string

	// RetryDelay is how long the server asks to wait; 0 if it does not.
	RetryDelay time.Duration

	// OutcomeUnknown: the call writes, and may or may not have taken effect.
	// Read before writing again.
	OutcomeUnknown bool

	cause error
}

// Error says the reason, or else the code, and the message.
func (e *Error) Error() string {
	if e.Reason != "" {
		return fmt.Sprintf("%v: %s", e.Reason, e.Message)
	}
	return fmt.Sprintf("rundlet: %v: %s", e.Code, e.Message)
}

// Is tells whether target is the Reason, or the error of a context that the
// code stands for.
func (e *Error) Is(target error) bool {
	switch target {
	case context.DeadlineExceeded:
		return e.Code == codes.DeadlineExceeded
	case context.Canceled:
		return e.Code == codes.Canceled
	}
	reason, ok := target.(Reason)
	return ok && reason != "" && reason == e.Reason
}

// Unwrap gives the error of gRPC.
func (e *Error) Unwrap() error {
	return e.cause
}

// GRPCStatus gives the status with its details.
func (e *Error) GRPCStatus() *status.Status {
	return status.Convert(e.cause)
}

// FailedCondition is the first condition that did not hold, and what its key
// was instead.
type FailedCondition struct {
	Index             int
	Exists            bool
	Revision, Version uint64
}

// FailedCondition tells about ErrConditionFailed and ErrKeyExists; false for
// other errors.
func (e *Error) FailedCondition() (FailedCondition, bool) {
	if e.Reason != ErrConditionFailed && e.Reason != ErrKeyExists {
		return FailedCondition{}, false
	}
	index, err := strconv.Atoi(e.Metadata["index"])
	if err != nil {
		return FailedCondition{}, false
	}
	revision, err := strconv.ParseUint(e.Metadata["revision"], 10, 64)
	if err != nil {
		return FailedCondition{}, false
	}
	version, err := strconv.ParseUint(e.Metadata["version"], 10, 64)
	if err != nil {
		return FailedCondition{}, false
	}
	return FailedCondition{
		Index:    index,
		Exists:   e.Metadata["exists"] == "true",
		Revision: revision,
		Version:  version,
	}, true
}

// asError makes an *Error of gRPC's. A write has an unknown outcome unless the
// server gave a reason that says otherwise: a broken connection does not tell
// on which side of the write it broke.
func asError(err error, request proto.Message, writes bool) error {
	if err == nil {
		return nil
	}
	answer := status.Convert(err)
	found := &Error{
		Code:    answer.Code(),
		Message: answer.Message(),
		cause:   err,
	}
	for _, detail := range answer.Details() {
		switch detail := detail.(type) {
		case *errdetails.ErrorInfo:
			if detail.GetDomain() == "rundlet" {
				found.Reason = Reason(detail.GetReason())
				found.Metadata = detail.GetMetadata()
			}
		case *errdetails.RetryInfo:
			found.RetryDelay = detail.GetRetryDelay().AsDuration()
		}
	}
	switch found.Reason {
	case "", ErrOutcomeUnknown, ErrInternal:
		found.OutcomeUnknown = writes && sendable(request)
	}
	return found
}

// A request that cannot be encoded, for a string that is not UTF-8, was never
// sent.
func sendable(request proto.Message) bool {
	_, err := proto.Marshal(request)
	return err == nil
}

// A stream ended well, but before its last chunk.
var errEarlyEnd = status.Error(codes.Internal,
	"the stream ended before its last chunk")

// resumable tells whether a stream may end with this though the server is well:
// it moved, or the caller took longer over the entries than a stream lives.
func resumable(ctx context.Context, err error) bool {
	if ctx.Err() != nil {
		return false
	}
	switch status.Code(err) {
	case codes.Unavailable, codes.DeadlineExceeded:
		return true
	}
	return false
}
