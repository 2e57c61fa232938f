package rundlet

import (
	"crypto/sha256"

	"rundlet/clients/go/rundletpb"
)

// Condition is a statement about one key before a transaction's operations. An
// absent key has revision, create revision and version 0.
type Condition struct {
	message *rundletpb.Condition
}

// Exists: the key exists.
func Exists(key string) Condition {
	return Condition{&rundletpb.Condition{
		Key: key, Test: &rundletpb.Condition_Exists{Exists: true}}}
}

// Absent: the key is absent.
func Absent(key string) Condition {
	return Condition{&rundletpb.Condition{
		Key: key, Test: &rundletpb.Condition_Exists{Exists: false}}}
}

// Number is a number of a key, to be compared.
type Number struct {
	about func(*rundletpb.NumberComparison) Condition
}

// RevisionOf is the key's revision.
func RevisionOf(key string) Number {
	return Number{func(n *rundletpb.NumberComparison) Condition {
		return Condition{&rundletpb.Condition{
			Key: key, Test: &rundletpb.Condition_Revision{Revision: n}}}
	}}
}

// CreateRevisionOf is the revision that made the key exist.
func CreateRevisionOf(key string) Number {
	return Number{func(n *rundletpb.NumberComparison) Condition {
		return Condition{&rundletpb.Condition{Key: key,
			Test: &rundletpb.Condition_CreateRevision{CreateRevision: n}}}
	}}
}

// VersionOf is the number of the key's writes.
func VersionOf(key string) Number {
	return Number{func(n *rundletpb.NumberComparison) Condition {
		return Condition{&rundletpb.Condition{
			Key: key, Test: &rundletpb.Condition_Version{Version: n}}}
	}}
}

// Equal: it is n.
func (number Number) Equal(n uint64) Condition {
	return number.about(&rundletpb.NumberComparison{
		Comparison: &rundletpb.NumberComparison_Equal{Equal: n}})
}

// NotEqual: it is not n.
func (number Number) NotEqual(n uint64) Condition {
	return number.about(&rundletpb.NumberComparison{
		Comparison: &rundletpb.NumberComparison_NotEqual{NotEqual: n}})
}

// Less: it is less than n.
func (number Number) Less(n uint64) Condition {
	return number.about(&rundletpb.NumberComparison{
		Comparison: &rundletpb.NumberComparison_Less{Less: n}})
}

// Greater: it is greater than n.
func (number Number) Greater(n uint64) Condition {
	return number.about(&rundletpb.NumberComparison{
		Comparison: &rundletpb.NumberComparison_Greater{Greater: n}})
}

// ValueEquals: the key exists and has this value; JSON is compared by its text.
func ValueEquals(key string, value Value) Condition {
	return valueCondition(key, &rundletpb.ValueComparison{
		Comparison: &rundletpb.ValueComparison_Equal{Equal: value.toWire()}})
}

// ValueDiffers: the key is absent, or has another value.
func ValueDiffers(key string, value Value) Condition {
	return valueCondition(key, &rundletpb.ValueComparison{
		Comparison: &rundletpb.ValueComparison_NotEqual{
			NotEqual: value.toWire()}})
}

func valueCondition(key string, v *rundletpb.ValueComparison) Condition {
	return Condition{&rundletpb.Condition{
		Key: key, Test: &rundletpb.Condition_Value{Value: v}}}
}

// DigestEquals: the key exists and its value has this digest.
func DigestEquals(key string, digest []byte) Condition {
	return digestCondition(key, &rundletpb.DigestComparison{
		Comparison: &rundletpb.DigestComparison_Equal{Equal: digest}})
}

// DigestDiffers: the key is absent, or its value has another digest.
func DigestDiffers(key string, digest []byte) Condition {
	return digestCondition(key, &rundletpb.DigestComparison{
		Comparison: &rundletpb.DigestComparison_NotEqual{NotEqual: digest}})
}

func digestCondition(key string, d *rundletpb.DigestComparison) Condition {
	return Condition{&rundletpb.Condition{
		Key: key, Test: &rundletpb.Condition_Digest{Digest: d}}}
}

// Digest names the value in a condition without sending it: SHA-256 of a byte
// for the kind and of the value's bytes.
func (v Value) Digest() []byte {
	digest := sha256.Sum256(append([]byte{byte(v.kind)}, v.raw...))
	return digest[:]
}

// WriteConditions is an option of all writes of one key, made by If.
type WriteConditions struct {
	messages []*rundletpb.Condition
}

// If lets a write of one key happen only if all conditions hold; else it is
// ErrConditionFailed and nothing was done. They may be about other keys.
func If(conditions ...Condition) WriteConditions {
	var option WriteConditions
	for _, condition := range conditions {
		option.messages = append(option.messages, condition.message)
	}
	return option
}

func (w WriteConditions) put(request *rundletpb.PutRequest) {
	request.Conditions = append(request.Conditions, w.messages...)
}

func (w WriteConditions) delete(request *rundletpb.DeleteRequest) {
	request.Conditions = append(request.Conditions, w.messages...)
}

func (w WriteConditions) setExpiry(request *rundletpb.SetExpiryRequest) {
	request.Conditions = append(request.Conditions, w.messages...)
}

func (w WriteConditions) add(request *rundletpb.AddRequest) {
	request.Conditions = append(request.Conditions, w.messages...)
}
