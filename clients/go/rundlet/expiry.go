package rundlet

import (
	"time"

	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/timestamppb"

	"rundlet/clients/go/rundletpb"
)

// Expiry is when a key goes away: TTL, ExpireAt or Never.
type Expiry struct {
	ttl    *durationpb.Duration
	time   *timestamppb.Timestamp
	jitter uint32
}

// TTL lets the key go away this long after the commit.
func TTL(ttl time.Duration) Expiry {
	return Expiry{ttl: durationpb.New(ttl)}
}

// Jitter takes a part off a TTL that is drawn anew for each write, at most so
// many percent of it, so that keys which are written together need not expire
// together.
func (e Expiry) Jitter(percent uint32) Expiry {
	e.jitter = percent
	return e
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
	request.JitterPercent = e.jitter
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
	operation.JitterPercent = e.jitter
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

func (e Expiry) setExpiryOperation(operation *rundletpb.SetExpiryOperation) {
	operation.JitterPercent = e.jitter
	switch {
	case e.ttl != nil:
		operation.Expiry = &rundletpb.SetExpiryOperation_Ttl{Ttl: e.ttl}
	case e.time != nil:
		operation.Expiry = &rundletpb.SetExpiryOperation_ExpireTime{
			ExpireTime: e.time}
	default:
		operation.Expiry = &rundletpb.SetExpiryOperation_Never{Never: true}
	}
}

func (e Expiry) setExpiryRequest(request *rundletpb.SetExpiryRequest) {
	request.JitterPercent = e.jitter
	switch {
	case e.ttl != nil:
		request.Expiry = &rundletpb.SetExpiryRequest_Ttl{Ttl: e.ttl}
	case e.time != nil:
		request.Expiry = &rundletpb.SetExpiryRequest_ExpireTime{
			ExpireTime: e.time}
	default:
		request.Expiry = &rundletpb.SetExpiryRequest_Never{Never: true}
	}
}

func (e Expiry) add(request *rundletpb.AddRequest) {
	request.JitterPercent = e.jitter
	switch {
	case e.ttl != nil:
		request.Expiry = &rundletpb.AddRequest_Ttl{Ttl: e.ttl}
	case e.time != nil:
		request.Expiry = &rundletpb.AddRequest_ExpireTime{ExpireTime: e.time}
	default:
		request.Expiry = nil
	}
}

func (e Expiry) addOperation(operation *rundletpb.AddOperation) {
	operation.JitterPercent = e.jitter
	switch {
	case e.ttl != nil:
		operation.Expiry = &rundletpb.AddOperation_Ttl{Ttl: e.ttl}
	case e.time != nil:
		operation.Expiry = &rundletpb.AddOperation_ExpireTime{
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

// ExpiryTest lets a change of expiry happen only if the present one passes it;
// else nothing is changed, and it is no error. Never is later than any time.
type ExpiryTest int32

// The tests.
const (
	// OnlySooner: it is before the new one, so that the key lives longer.
	OnlySooner = ExpiryTest(rundletpb.ExpiryTest_EXPIRY_TEST_SOONER)

	// OnlyLater: it is behind the new one, so that the key lives shorter.
	OnlyLater = ExpiryTest(rundletpb.ExpiryTest_EXPIRY_TEST_LATER)

	// OnlyNever: there is none.
	OnlyNever = ExpiryTest(rundletpb.ExpiryTest_EXPIRY_TEST_NEVER)

	// OnlyExpires: there is one.
	OnlyExpires = ExpiryTest(rundletpb.ExpiryTest_EXPIRY_TEST_EXPIRES)
)

func (t ExpiryTest) setExpiry(request *rundletpb.SetExpiryRequest) {
	request.OnlyIf = rundletpb.ExpiryTest(t)
}
