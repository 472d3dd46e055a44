package main

import (
	"encoding/json"
	"reflect"
	"slices"
	"strings"

	"github.com/go-openapi/strfmt"
)

// payloadOf finds what an answer of the generated client, or an error of it, carries.
func payloadOf(result reflect.Value) reflect.Value {
	if result.Kind() != reflect.Pointer || result.IsNil() || result.Elem().Kind() != reflect.Struct {
		return reflect.Value{}
	}
	return result.Elem().FieldByName("Payload")
}

// validate asks a payload what is wrong with it: values that its enumerations do not have, for one.
func validate(payload any) string {
	checked, ok := payload.(interface{ Validate(strfmt.Registry) error })
	if !ok || reflect.ValueOf(payload).IsNil() {
		return ""
	}
	if err := checked.Validate(strfmt.Default); err != nil {
		return err.Error()
	}
	return ""
}

// unknownFields lists what a body has and the type that it is decoded into has not: a decoder would pass over it.
func unknownFields(target reflect.Type, body []byte) []string {
	var value any
	if err := json.Unmarshal(body, &value); err != nil {
		return []string{"(" + err.Error() + ")"}
	}
	found := map[string]bool{}
	compare(target, value, "", found)
	names := make([]string, 0, len(found))
	for name := range found {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

func compare(target reflect.Type, value any, path string, found map[string]bool) {
	for target.Kind() == reflect.Pointer {
		target = target.Elem()
	}
	switch value := value.(type) {
	case []any:
		if target.Kind() != reflect.Slice {
			return
		}
		for _, element := range value {
			compare(target.Elem(), element, path+"[]", found)
		}
	case map[string]any:
		compareObject(target, value, path, found)
	}
}

func compareObject(target reflect.Type, value map[string]any, path string, found map[string]bool) {
	if target.Kind() != reflect.Struct {
		return // a map of the caller's own names, or anything at all
	}
	fields := map[string]reflect.Type{}
	for i := range target.NumField() {
		name, _, _ := strings.Cut(target.Field(i).Tag.Get("json"), ",")
		fields[name] = target.Field(i).Type
	}
	for name, inner := range value {
		at := strings.TrimPrefix(path+"."+name, ".")
		if field, ok := fields[name]; ok {
			compare(field, inner, at, found)
		} else {
			found[at] = true
		}
	}
}
