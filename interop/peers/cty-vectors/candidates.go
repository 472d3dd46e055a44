package main

import "encoding/json"

// candidates are inputs that a decoder may convert or must refuse; Go's verdict is recorded. A list that declares 2^32-1
// elements is not among them: go-cty allocates them all and is killed.
func candidates() []input {
	return append(jsonCandidates(), msgpackCandidates()...)
}

func jsonCandidates() []input {
	texts := map[string][]string{
		`"string"`:                               {`"é"`, `8`, `1.50`, `1e3`, `true`, `[]`, `{}`},
		`"number"`:                               {`-0`, `"8"`, `"0.5"`, `"1e3"`, `"+5"`, `"0x10"`, `"1_000"`, `".5"`, `"5."`, `"0b1"`, `"1p4"`, `" 1"`, `""`, `true`, `"inf"`, `"Inf"`},
		`"bool"`:                                 {`"true"`, `"1"`, `"0"`, `"True"`, `"yes"`, `""`, `1`},
		`["list","string"]`:                      {`["a",1,true]`, `"a"`, `{"a":1}`, `[["a"]]`, `[`},
		`["map","number"]`:                       {`{"a":"1"}`, `{"a":1,"a":2}`, `[]`, `{"a":"x"}`},
		`["set","string"]`:                       {`["b","a","b"]`},
		`["tuple",["string","number"]]`:          {`["a",1]`, `["a"]`, `["a",1,2]`},
		`["object",{"a":"string","b":"number"}]`: {`{"a":"x"}`, `{}`, `{"c":1}`, `[]`},
		`["object",{"a":"string"},["a"]]`:        {`{}`},
		`["list","dynamic"]`:                     {`[]`, `[{"value":1,"type":"number"},{"value":"a","type":"string"}]`},
		`"dynamic"`: {
			`null`, `{"type":"string","value":"a"}`, `{"value":null,"type":"string"}`, `{"value":"a"}`, `{"type":"string"}`,
			`{"value":1,"type":"string","more":1}`, `{"value":1,"type":"nothing"}`, `{"value":1,"type":["list"]}`,
			`{"value":[],"type":["list","string"]}`, `{"value":{},"type":["object",{}]}`, `{"value":,"type":"string"}`, `"a"`, `1`,
			`{"value":{"value":1,"type":"number"},"type":"dynamic"}`, `{"value":1,"type":["object",["a"]]}`,
		},
	}
	return inputs(texts, func(text string) input { return input{JSON: text} })
}

func msgpackCandidates() []input {
	hexes := map[string][]string{
		`"string"`:                      {"c0", "a161", "c40161", "d9ff", "01", "c3", "90", "d40000", "c70000", "d40500", "c7020c8101", "c1"},
		`"number"`:                      {"a138", "a178", "cf8000000000000000", "d3ffffffffffffffff", "ca3f000000", "cb3fb999999999999a", "cb7ff8000000000000", "c2", "cd01"},
		`"bool"`:                        {"c2", "01", "a474727565"},
		`["list","string"]`:             {"90", "91a161", "dd00000000", "80", "92a161"},
		`["map","string"]`:              {"80", "81a161a162", "81c40161a162", "8101a162", "90"},
		`["tuple",["string","number"]]`: {"92a16101", "91a161", "90"},
		`["object",{"a":"string"}]`:     {"81a161a162", "81a162a162", "80", "82a161a162a162a162"},
		`"dynamic"`:                     {"c0", "92c40822737472696e6722a161", "92a822737472696e6722a161", "91a161", "a161", "92c40122a161", "d40000"},
	}
	return inputs(hexes, func(text string) input { return input{Msgpack: text} })
}

func inputs(byType map[string][]string, make func(text string) input) []input {
	var all []input
	for _, constraint := range sortedKeys(byType) {
		for _, text := range byType[constraint] {
			candidate := make(text)
			candidate.Type = json.RawMessage(constraint)
			all = append(all, candidate)
		}
	}
	return all
}
