package rundlet

import "rundlet/clients/go/rundletpb"

// Operation is one step of a transaction.
type Operation struct {
	message *rundletpb.Operation
}

// Get reads a key.
func Get(key string) Operation {
	return Operation{&rundletpb.Operation{
		Operation: &rundletpb.Operation_Get{
			Get: &rundletpb.GetOperation{Key: key}}}}
}

// Put writes a key.
func Put(key string, value Value, expiry ...PutExpiry) Operation {
	put := &rundletpb.PutOperation{Key: key, Value: value.toWire()}
	for _, option := range expiry {
		option.putOperation(put)
	}
	return Operation{&rundletpb.Operation{
		Operation: &rundletpb.Operation_Put{Put: put}}}
}

// Delete removes a key.
func Delete(key string) Operation {
	return Operation{&rundletpb.Operation{
		Operation: &rundletpb.Operation_Delete{
			Delete: &rundletpb.DeleteOperation{Key: key}}}}
}

// SetExpiry gives an existing key another expiry, if its own passes the test.
func SetExpiry(key string, expiry Expiry, only ...ExpiryTest) Operation {
	operation := &rundletpb.SetExpiryOperation{Key: key}
	expiry.setExpiryOperation(operation)
	for _, test := range only {
		operation.OnlyIf = rundletpb.ExpiryTest(test)
	}
	return Operation{&rundletpb.Operation{
		Operation: &rundletpb.Operation_SetExpiry{SetExpiry: operation}}}
}

// AddSetting is an option of Add, of a client and in a transaction: Initial, or
// an Expiry of a key that is created.
type AddSetting interface {
	AddOption
	addOperation(*rundletpb.AddOperation)
}

// Add adds to a number.
func Add(key string, delta int64, settings ...AddSetting) Operation {
	operation := &rundletpb.AddOperation{Key: key, Delta: delta}
	for _, setting := range settings {
		setting.addOperation(operation)
	}
	return Operation{&rundletpb.Operation{
		Operation: &rundletpb.Operation_Add{Add: operation}}}
}

// DeleteRange removes the keys of a range; with KeysMax the first ones.
func DeleteRange(keys Range, limit ...KeysMax) Operation {
	operation := &rundletpb.DeleteRangeOperation{
		Prefix: keys.prefix, Start: keys.start, End: keys.end}
	for _, keysMax := range limit {
		operation.KeysMax = uint64(keysMax)
	}
	return Operation{&rundletpb.Operation{
		Operation: &rundletpb.Operation_DeleteRange{DeleteRange: operation}}}
}
