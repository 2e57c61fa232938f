package rundlet

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"rundlet/clients/go/rundletpb"
)

// Kind is what a value is.
type Kind int

// The kinds of values. The zero Value has none, and no server takes it.
const (
	KindText Kind = iota + 1
	KindData
	KindJSON
)

// String is the kind's name.
func (k Kind) String() string {
	switch k {
	case KindText:
		return "text"
	case KindData:
		return "data"
	case KindJSON:
		return "json"
	}
	return fmt.Sprintf("Kind(%d)", int(k))
}

// Value is what a key holds: text, data, or the text of a JSON value. What was
// put is what comes back, so values are equal by == if kind and bytes are.
type Value struct {
	kind Kind
	raw  string
}

// Text is a value of UTF-8.
func Text(text string) Value {
	return Value{KindText, text}
}

// Data is a value of any bytes, which it copies.
func Data(data []byte) Value {
	return Value{KindData, string(data)}
}

// JSONText is a JSON value, stored as this text, byte for byte.
func JSONText(text string) Value {
	return Value{KindJSON, text}
}

// JSON is the JSON value that encoding/json makes of v, without escapes for
// HTML. Integers and json.Number stay exact.
func JSON(v any) (Value, error) {
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(v); err != nil {
		return Value{}, fmt.Errorf("rundlet: %w", err)
	}
	return JSONText(string(bytes.TrimSuffix(text.Bytes(), []byte("\n")))), nil
}

// Kind is what the value is.
func (v Value) Kind() Kind {
	return v.kind
}

// String is the text, the bytes, or the text of the JSON value.
func (v Value) String() string {
	return v.raw
}

// Bytes is a copy of what String gives.
func (v Value) Bytes() []byte {
	return []byte(v.raw)
}

// Decode stores the JSON value in what `into` points to, as json.Unmarshal
// does, except that a number without a type becomes a json.Number, which is
// exact. Text and data are an error.
func (v Value) Decode(into any) error {
	if v.kind != KindJSON {
		return fmt.Errorf("rundlet: a value of kind %v is not JSON", v.kind)
	}
	decoder := json.NewDecoder(bytes.NewReader([]byte(v.raw)))
	decoder.UseNumber()
	if err := decoder.Decode(into); err != nil {
		return fmt.Errorf("rundlet: %w", err)
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return errors.New("rundlet: more than one JSON value")
	}
	return nil
}

func (v Value) toWire() *rundletpb.Value {
	switch v.kind {
	case KindText:
		return &rundletpb.Value{Kind: &rundletpb.Value_Text{Text: v.raw}}
	case KindData:
		return &rundletpb.Value{
			Kind: &rundletpb.Value_Data{Data: []byte(v.raw)}}
	case KindJSON:
		return &rundletpb.Value{
			Kind: &rundletpb.Value_JsonText{JsonText: v.raw}}
	}
	return &rundletpb.Value{}
}

// Every request asks for JSON as text, so that no other kind comes back.
func valueFrom(message *rundletpb.Value) Value {
	switch kind := message.GetKind().(type) {
	case *rundletpb.Value_Text:
		return Text(kind.Text)
	case *rundletpb.Value_Data:
		return Data(kind.Data)
	case *rundletpb.Value_JsonText:
		return JSONText(kind.JsonText)
	}
	return Value{}
}
