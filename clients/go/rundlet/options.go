package rundlet

import "rundlet/clients/go/rundletpb"

// Options of each call. Which option is good for which call, the compiler
// checks.
type (
	// PutOption: TTL, ExpireAt, KeepExpiry, CreateOnly, ExpectedRevision, If,
	// ReturnPrevious, a Durability, RequestID.
	PutOption interface{ put(*rundletpb.PutRequest) }

	// DeleteOption: ExpectedRevision, If, ReturnPrevious, a Durability,
	// RequestID.
	DeleteOption interface {
		delete(*rundletpb.DeleteRequest)
	}

	// SetExpiryOption: an ExpiryTest, ExpectedRevision, If, ReturnPrevious, a
	// Durability, RequestID.
	SetExpiryOption interface {
		setExpiry(*rundletpb.SetExpiryRequest)
	}

	// AddOption: Initial, an Expiry of a key that is created, If,
	// ReturnPrevious, a Durability, RequestID.
	AddOption interface{ add(*rundletpb.AddRequest) }

	// DeleteRangeOption: KeysMax, ReturnPrevious, a Durability, RequestID.
	DeleteRangeOption interface {
		deleteRange(*rundletpb.DeleteRangeRequest)
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

func (ReturnPrevious) setExpiry(request *rundletpb.SetExpiryRequest) {
	request.ReturnPrevious = true
}

func (ReturnPrevious) add(request *rundletpb.AddRequest) {
	request.ReturnPrevious = true
}

func (ReturnPrevious) deleteRange(request *rundletpb.DeleteRangeRequest) {
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

func (d Durability) add(request *rundletpb.AddRequest) {
	request.Durability = rundletpb.Durability(d)
}

func (d Durability) deleteRange(request *rundletpb.DeleteRangeRequest) {
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
