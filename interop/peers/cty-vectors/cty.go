package main

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math"

	"github.com/zclconf/go-cty/cty"
	ctyjson "github.com/zclconf/go-cty/cty/json"
	ctymsgpack "github.com/zclconf/go-cty/cty/msgpack"
)

// vector is one value under a type constraint, in both wire forms. JSON is absent where it cannot hold the value.
type vector struct {
	Name    string          `json:"name"`
	Type    json.RawMessage `json:"type"`
	JSON    string          `json:"json,omitempty"`
	Msgpack string          `json:"msgpack"`
}

// input is something to decode under a type constraint: exactly one of JSON and Msgpack is set.
type input struct {
	Name    string          `json:"name,omitempty"`
	Type    json.RawMessage `json:"type"`
	JSON    string          `json:"json,omitempty"`
	Msgpack string          `json:"msgpack,omitempty"`
	// Becomes is the value in msgpack under the dynamic type, where Go takes the input.
	Becomes string `json:"becomes,omitempty"`
}

type ctyFacts struct {
	Values    []vector `json:"values"`
	Converted []input  `json:"converted"`
	Refused   []input  `json:"refused"`
}

func ctyVectors() ctyFacts {
	facts := ctyFacts{}
	for _, sample := range samples() {
		facts.Values = append(facts.Values, vectorOf(sample))
	}
	for _, candidate := range candidates() {
		value, err := guarded(func() (any, error) { return decode(candidate) })
		if err != nil {
			facts.Refused = append(facts.Refused, candidate)
			continue
		}
		candidate.Becomes = mustHex(value.(cty.Value))
		facts.Converted = append(facts.Converted, candidate)
	}
	return facts
}

func vectorOf(s sample) vector {
	raw, err := ctymsgpack.Marshal(s.value, s.constraint)
	check(s.name, err)
	result := vector{Name: s.name, Type: typeJSON(s.constraint), Msgpack: hex.EncodeToString(raw)}
	if s.value.IsWhollyKnown() && !s.notInJSON {
		text, err := ctyjson.Marshal(s.value, s.constraint)
		check(s.name, err)
		result.JSON = string(text)
	}
	return result
}

func readCty(line []byte) (any, error) {
	var in input
	if err := json.Unmarshal(line, &in); err != nil {
		return nil, err
	}
	value, err := decode(in)
	if err != nil {
		return nil, err
	}
	return mustHex(value), nil
}

func decode(in input) (cty.Value, error) {
	constraint, err := ctyjson.UnmarshalType(in.Type)
	if err != nil {
		return cty.NilVal, err
	}
	if in.Msgpack == "" {
		return ctyjson.Unmarshal([]byte(in.JSON), constraint)
	}
	raw, err := hex.DecodeString(in.Msgpack)
	if err != nil {
		return cty.NilVal, err
	}
	return ctymsgpack.Unmarshal(raw, constraint)
}

func mustHex(value cty.Value) string {
	raw, err := ctymsgpack.Marshal(value, cty.DynamicPseudoType)
	check(value.GoString(), err)
	return hex.EncodeToString(raw)
}

func typeJSON(t cty.Type) json.RawMessage {
	raw, err := ctyjson.MarshalType(t)
	check(t.GoString(), err)
	return raw
}

func check(what string, err error) {
	if err != nil {
		panic(fmt.Sprintf("%s: %v", what, err))
	}
}

func infinity(sign int) cty.Value { return cty.NumberFloatVal(math.Inf(sign)) }
