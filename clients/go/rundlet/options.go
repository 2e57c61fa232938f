package rundlet

import (
	"time"

	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/timestamppb"

	"rundlet/clients/go/rundletpb"
)

// Options of each call. Which option is good for which call, the compiler
// checks.
type (
	// PutOption: TTL, ExpireAt, KeepExpiry, CreateOnly, ExpectedRevision,
	// ReturnPrevious, a Durability, RequestID.
	PutOption interface{ put(*rundletpb.PutRequest) }

	// DeleteOption: ExpectedRevision, ReturnPrevious, a Durability,
	// RequestID.
	DeleteOption interface {
		delete(*rundletpb.DeleteRequest)
	}

	// SetExpiryOption: ExpectedRevision, a Durability, RequestID.
	SetExpiryOption interface {
		setExpiry(*rundletpb.SetExpiryRequest)
	}

	// CommitOption: ReturnPrevious, a Durability, RequestID.
	CommitOption interface {
		commit(*rundletpb.CommitRequest)
	}

	// GetOption: MinRevision, MetadataOnly, a *Snapshot.
	GetOption interface{ get(*rundletpb.GetRequest) }

	// BatchGetOption: MinRevision, MetadataOnly, a *Snapshot.
	BatchGetOption interface {
		batchGet(*rundletpb.BatchGetRequest)
	}

	// ScanOption: MinRevision, KeysOnly, Reverse, a *Snapshot.
	ScanOption interface{ scan(*rundletpb.ScanRequest) }

	// ListOption: MinRevision, KeysOnly, Reverse, PageSize, PageToken, a
	// *Snapshot.
	ListOption interface{ list(*rundletpb.ListRequest) }
)

// Expiry is when a key goes away: TTL, ExpireAt or Never.
type Expiry struct {
	ttl  *durationpb.Duration
	time *timestamppb.Timestamp
}

// TTL lets the key go away this long after the commit.
func TTL(ttl time.Duration) Expiry {
	return Expiry{ttl: durationpb.New(ttl)}
}

// ExpireAt lets the key go away at this time.
func ExpireAt(t time.Time) Expiry {
	return Expiry{time: timestamppb.New(t)}
}

// Never lets the key stay until it is deleted, which is what a put does by
// itself.
func Never() Expiry {
	return Expiry{}
}

func (e Expiry) put(request *rundletpb.PutRequest) {
	switch {
	case e.ttl != nil:
		request.Expiry = &rundletpb.PutRequest_Ttl{Ttl: e.ttl}
	case e.time != nil:
		request.Expiry = &rundletpb.PutRequest_ExpireTime{ExpireTime: e.time}
	default:
		request.Expiry = nil
	}
}

func (e Expiry) putOperation(operation *rundletpb.PutOperation) {
	switch {
	case e.ttl != nil:
		operation.Expiry = &rundletpb.PutOperation_Ttl{Ttl: e.ttl}
	case e.time != nil:
		operation.Expiry = &rundletpb.PutOperation_ExpireTime{
			ExpireTime: e.time}
	default:
		operation.Expiry = nil
	}
}

// KeepExpiry lets a put leave the key's expiry as it is.
type KeepExpiry struct{}

func (KeepExpiry) put(request *rundletpb.PutRequest) {
	request.Expiry = &rundletpb.PutRequest_KeepExpiry{KeepExpiry: true}
}

func (KeepExpiry) putOperation(operation *rundletpb.PutOperation) {
	operation.Expiry = &rundletpb.PutOperation_KeepExpiry{KeepExpiry: true}
}

// PutExpiry is an option of Put, of a client and in a transaction: an Expiry,
// or KeepExpiry.
type PutExpiry interface {
	PutOption
	putOperation(*rundletpb.PutOperation)
}

// CreateOnly lets a put fail with ErrKeyExists if the key exists.
type CreateOnly struct{}

func (CreateOnly) put(request *rundletpb.PutRequest) {
	request.CreateOnly = true
}

// ExpectedRevision lets a write fail with ErrConditionFailed if the key has
// another revision; 0: if it exists.
type ExpectedRevision uint64

func (r ExpectedRevision) put(request *rundletpb.PutRequest) {
	request.ExpectedRevision = (*uint64)(&r)
}

func (r ExpectedRevision) delete(request *rundletpb.DeleteRequest) {
	request.ExpectedRevision = (*uint64)(&r)
}

func (r ExpectedRevision) setExpiry(request *rundletpb.SetExpiryRequest) {
	request.ExpectedRevision = (*uint64)(&r)
}

// ReturnPrevious asks a write for what was there before.
type ReturnPrevious struct{}

func (ReturnPrevious) put(request *rundletpb.PutRequest) {
	request.ReturnPrevious = true
}

func (ReturnPrevious) delete(request *rundletpb.DeleteRequest) {
	request.ReturnPrevious = true
}

func (ReturnPrevious) commit(request *rundletpb.CommitRequest) {
	request.ReturnPrevious = true
}

func (d Durability) put(request *rundletpb.PutRequest) {
	request.Durability = rundletpb.Durability(d)
}

func (d Durability) delete(request *rundletpb.DeleteRequest) {
	request.Durability = rundletpb.Durability(d)
}

func (d Durability) setExpiry(request *rundletpb.SetExpiryRequest) {
	request.Durability = rundletpb.Durability(d)
}

func (d Durability) commit(request *rundletpb.CommitRequest) {
	request.Durability = rundletpb.Durability(d)
}

// MinRevision lets a read fail with ErrRevisionNotReached rather than show a
// state before this revision.
type MinRevision uint64

func (r MinRevision) get(request *rundletpb.GetRequest) {
	request.MinRevision = uint64(r)
}

func (r MinRevision) batchGet(request *rundletpb.BatchGetRequest) {
	request.MinRevision = uint64(r)
}

func (r MinRevision) scan(request *rundletpb.ScanRequest) {
	request.MinRevision = uint64(r)
}

func (r MinRevision) list(request *rundletpb.ListRequest) {
	request.MinRevision = uint64(r)
}

// MetadataOnly leaves values out.
type MetadataOnly struct{}

func (MetadataOnly) get(request *rundletpb.GetRequest) {
	request.MetadataOnly = true
}

func (MetadataOnly) batchGet(request *rundletpb.BatchGetRequest) {
	request.MetadataOnly = true
}

// KeysOnly leaves values out.
type KeysOnly struct{}

func (KeysOnly) scan(request *rundletpb.ScanRequest) { request.KeysOnly = true }
func (KeysOnly) list(request *rundletpb.ListRequest) { request.KeysOnly = true }

// Reverse goes from the last key to the first.
type Reverse struct{}

func (Reverse) scan(request *rundletpb.ScanRequest) { request.Reverse = true }
func (Reverse) list(request *rundletpb.ListRequest) { request.Reverse = true }

// PageSize asks for a page of at most this many entries.
type PageSize int32

func (s PageSize) list(request *rundletpb.ListRequest) {
	request.PageSize = int32(s)
}

// PageToken asks for the page behind the one that gave it.
type PageToken string

func (t PageToken) list(request *rundletpb.ListRequest) {
	request.PageToken = string(t)
}
