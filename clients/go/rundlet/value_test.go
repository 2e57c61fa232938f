// Goal: Go values keep kind and content. Method: without a server, over the
// vectors that all clients share and over what only Go has.

package rundlet_test

import (
	"encoding/hex"
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"testing"

	"rundlet/clients/go/rundlet"
)

type vector struct {
	Name     string
	Kind     string
	Text     string
	Hex      string
	JSONText string `json:"json_text"`
	Plain    bool
}

func vectors(t *testing.T) []vector {
	t.Helper()
	file, err := os.ReadFile(
		filepath.Join(root(), "tests", "vectors", "values.json"))
	if err != nil {
		t.Fatal(err)
	}
	var document struct{ Values []vector }
	if err := json.Unmarshal(file, &document); err != nil {
		t.Fatal(err)
	}
	if len(document.Values) == 0 {
		t.Fatal("no vectors")
	}
	return document.Values
}

// value is what to put for a vector, and the bytes that it holds.
func (v vector) value(t *testing.T) (rundlet.Value, string) {
	t.Helper()
	switch v.Kind {
	case "text":
		return rundlet.Text(v.Text), v.Text
	case "data":
		data, err := hex.DecodeString(v.Hex)
		if err != nil {
			t.Fatal(err)
		}
		return rundlet.Data(data), string(data)
	case "json":
		return rundlet.JSONText(v.JSONText), v.JSONText
	}
	t.Fatalf("%s: kind %q", v.Name, v.Kind)
	return rundlet.Value{}, ""
}

func TestValuesKeepKindAndContent(t *testing.T) {
	for _, vector := range vectors(t) {
		t.Run(vector.Name, func(t *testing.T) {
			value, raw := vector.value(t)
			if value.Kind().String() != vector.Kind || value.String() != raw {
				t.Errorf("%v %q", value.Kind(), value)
			}
			if string(value.Bytes()) != raw {
				t.Errorf("bytes are %q", value.Bytes())
			}
			if !vector.Plain {
				return
			}
			var decoded any
			if err := value.Decode(&decoded); err != nil {
				t.Fatal(err)
			}
			again, err := rundlet.JSON(decoded)
			if err != nil || again != value {
				t.Errorf("again it is %q, %v", again, err)
			}
		})
	}
}

func TestDataIsCopied(t *testing.T) {
	data := []byte("abc")
	value := rundlet.Data(data)
	data[0] = 'x'
	value.Bytes()[1] = 'x'
	if value != rundlet.Data([]byte("abc")) {
		t.Errorf("the value changed to %q", value)
	}
}

func TestDecodeIntoATypeAndErrors(t *testing.T) {
	var into struct{ Count uint64 }
	err := rundlet.JSONText(`{"Count":18446744073709551615}`).Decode(&into)
	if err != nil || into.Count != math.MaxUint64 {
		t.Errorf("got %v, %v", into, err)
	}
	for _, value := range []rundlet.Value{
		rundlet.Text("1"), rundlet.Data([]byte("1")), {},
		rundlet.JSONText("1 2"), rundlet.JSONText("{"),
		rundlet.JSONText(`{"Count":"x"}`),
	} {
		if err := value.Decode(&into); err == nil {
			t.Errorf("%v %q decodes", value.Kind(), value)
		}
	}
}

func TestJSONRefusesWhatItCannotHold(t *testing.T) {
	for _, v := range []any{math.NaN(), math.Inf(1), func() {}} {
		if value, err := rundlet.JSON(v); err == nil {
			t.Errorf("%v is %q", v, value)
		}
	}
}
