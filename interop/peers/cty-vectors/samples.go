package main

import (
	"strings"

	"github.com/zclconf/go-cty/cty"
)

type sample struct {
	name       string
	value      cty.Value
	constraint cty.Type
	notInJSON  bool
}

// dynamic is a value as it travels where no type is agreed: between Packer and a plugin.
func dynamic(name string, value cty.Value) sample {
	return sample{name: name, value: value, constraint: cty.DynamicPseudoType}
}

func samples() []sample {
	all := append(primitiveSamples(), collectionSamples()...)
	return append(all, unknownSamples()...)
}

func primitiveSamples() []sample {
	list := []sample{
		dynamic("string", cty.StringVal("hello")),
		dynamic("empty string", cty.StringVal("")),
		dynamic("string of several scripts", cty.StringVal("héllo 世界 🚀\n\t\"\\")),
		dynamic("string that normalises", cty.StringVal("e\u0301")),
		dynamic("string of 40 bytes", cty.StringVal(strings.Repeat("x", 40))),
		dynamic("string of 300 bytes", cty.StringVal(strings.Repeat("y", 260))),
		dynamic("true", cty.True),
		dynamic("false", cty.False),
		dynamic("null of no type", cty.NullVal(cty.DynamicPseudoType)),
		dynamic("null string", cty.NullVal(cty.String)),
		dynamic("null object", cty.NullVal(cty.Object(map[string]cty.Type{"a": cty.Number}))),
		{name: "typed string", value: cty.StringVal("a"), constraint: cty.String},
		{name: "typed null number", value: cty.NullVal(cty.Number), constraint: cty.Number},
		{name: "infinity", value: infinity(1), constraint: cty.DynamicPseudoType, notInJSON: true},
		{name: "negative infinity", value: infinity(-1), constraint: cty.DynamicPseudoType, notInJSON: true},
	}
	for _, text := range []string{
		"0", "1", "127", "128", "255", "256", "65535", "65536", "4294967295", "4294967296",
		"-1", "-32", "-33", "-128", "-129", "-32768", "-32769", "-2147483648", "-2147483649",
		"9007199254740991", "9007199254740992", "9007199254740993", "-9007199254740993",
		"9223372036854775807", "9223372036854775808", "-9223372036854775808", "-9223372036854775809",
		"18446744073709551615", "18446744073709551616", "123456789012345678901234567890",
		"0.5", "-0.25", "1.5", "0.1", "3.141592653589793238462643383279", "1e21", "1e-7", "1e70", "1e-70", "4503599627370496.5",
	} {
		list = append(list, dynamic("number "+text, cty.MustParseNumberVal(text)))
	}
	return append(list, dynamic("number from the float 0.1", cty.NumberFloatVal(0.1)))
}

func collectionSamples() []sample {
	text, number := cty.StringVal, cty.NumberIntVal
	object := cty.ObjectVal(map[string]cty.Value{
		"name": text("a"), "size": number(8), "on": cty.True, "missing": cty.NullVal(cty.String),
		"tags":  cty.MapVal(map[string]cty.Value{"k": text("v"), "": text("empty key")}),
		"disks": cty.ListVal([]cty.Value{cty.ObjectVal(map[string]cty.Value{"gb": number(1)})}),
	})
	return []sample{
		dynamic("empty list", cty.ListValEmpty(cty.String)),
		dynamic("list", cty.ListVal([]cty.Value{text("a"), text("b")})),
		dynamic("list with null", cty.ListVal([]cty.Value{text("a"), cty.NullVal(cty.String)})),
		dynamic("list of lists", cty.ListVal([]cty.Value{cty.ListVal([]cty.Value{number(1)}), cty.ListValEmpty(cty.Number)})),
		dynamic("list of 20", cty.ListVal(repeat(number(7), 20))),
		dynamic("empty set", cty.SetValEmpty(cty.Number)),
		dynamic("set", cty.SetVal([]cty.Value{text("b"), text("a"), text("b")})),
		dynamic("empty map", cty.MapValEmpty(cty.String)),
		dynamic("map", cty.MapVal(map[string]cty.Value{"b": number(2), "a": number(1)})),
		dynamic("empty tuple", cty.EmptyTupleVal),
		dynamic("tuple", cty.TupleVal([]cty.Value{text("a"), number(1), cty.False})),
		dynamic("empty object", cty.EmptyObjectVal),
		dynamic("object", object),
		dynamic("object with odd names", cty.ObjectVal(map[string]cty.Value{
			"__proto__": text("p"), "constructor": text("c"), "with space": text("s"), "é": text("e"),
		})),
		dynamic("object in a tuple", cty.TupleVal([]cty.Value{object, cty.EmptyTupleVal})),
		{name: "object with a dynamic attribute", value: cty.ObjectVal(map[string]cty.Value{"any": number(1)}),
			constraint: cty.Object(map[string]cty.Type{"any": cty.DynamicPseudoType})},
		{name: "list under a list of dynamic", value: cty.ListVal([]cty.Value{text("a")}),
			constraint: cty.List(cty.DynamicPseudoType)},
		{name: "typed map", value: cty.MapVal(map[string]cty.Value{"a": text("b")}), constraint: cty.Map(cty.String)},
	}
}

func unknownSamples() []sample {
	number := cty.NumberIntVal
	return []sample{
		dynamic("unknown of no type", cty.DynamicVal),
		dynamic("unknown string", cty.UnknownVal(cty.String)),
		dynamic("unknown list", cty.UnknownVal(cty.List(cty.String))),
		dynamic("unknown in an object", cty.ObjectVal(map[string]cty.Value{"a": cty.UnknownVal(cty.Bool)})),
		dynamic("unknown string, not null", cty.UnknownVal(cty.String).RefineNotNull()),
		dynamic("unknown string with a prefix", cty.UnknownVal(cty.String).Refine().StringPrefixFull("ami-").NewValue()),
		dynamic("unknown string, not null, with a prefix",
			cty.UnknownVal(cty.String).Refine().NotNull().StringPrefixFull("ami-").NewValue()),
		dynamic("unknown number in a range", cty.UnknownVal(cty.Number).Refine().
			NumberRangeLowerBound(number(1), true).NumberRangeUpperBound(number(5), false).NewValue()),
		dynamic("unknown list with a length", cty.UnknownVal(cty.List(cty.String)).Refine().
			CollectionLengthLowerBound(1).CollectionLengthUpperBound(3).NewValue()),
		{name: "typed unknown", value: cty.UnknownVal(cty.Number), constraint: cty.Number},
	}
}

func repeat(value cty.Value, count int) []cty.Value {
	values := make([]cty.Value, count)
	for i := range values {
		values[i] = value
	}
	return values
}
