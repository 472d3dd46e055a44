package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"reflect"

	"github.com/hashicorp/hcp-sdk-go/clients/cloud-operation/stable/2020-05-05/client/operation_service"
	"github.com/hashicorp/hcp-sdk-go/clients/cloud-packer-service/stable/2023-01-01/client/packer_service"
	"github.com/hashicorp/hcp-sdk-go/clients/cloud-resource-manager/stable/2019-12-10/client/organization_service"
	"github.com/hashicorp/hcp-sdk-go/clients/cloud-resource-manager/stable/2019-12-10/client/project_service"
	"github.com/hashicorp/hcp-sdk-go/httpclient"
)

type packerService = packer_service.ClientService

// A call of one operation; Params is the JSON of its parameters' Go struct.
type call struct {
	Operation string
	Params    json.RawMessage
}

// What became of a call.
type answer struct {
	// The payload, as the generated client decoded it, of an answer or of an error.
	Payload any `json:"payload"`
	// Whether the generated client took it for an error, and which.
	Error string `json:"error,omitempty"`
	// Fields of the raw answer that the payload's type does not have, by their paths.
	Unknown []string `json:"unknown"`
	// What the payload's own validation says against it.
	Invalid string `json:"invalid,omitempty"`
}

type client struct {
	services []any
	recorder *recorder
}

// connect makes the client as Packer does, and looks at the answers on their way.
func connect() (*client, error) {
	config := httpclient.Config{SourceChannel: "packerkit-interop"}
	if err := config.Canonicalize(); err != nil {
		return nil, err
	}
	runtime, err := httpclient.New(config)
	if err != nil {
		return nil, err
	}
	recorder := &recorder{next: runtime.Transport}
	runtime.Transport = recorder
	return &client{recorder: recorder, services: []any{
		packer_service.New(runtime, nil),
		organization_service.New(runtime, nil),
		project_service.New(runtime, nil),
		operation_service.New(runtime, nil),
	}}, nil
}

func (c *client) answer(call call) answer {
	method, err := c.method(call.Operation)
	if err != nil {
		return answer{Error: err.Error()}
	}
	params := reflect.New(method.Type().In(0).Elem())
	strict := json.NewDecoder(bytes.NewReader(call.Params))
	strict.DisallowUnknownFields()
	if err := strict.Decode(params.Interface()); err != nil {
		return answer{Error: fmt.Sprintf("the parameters of %s: %v", call.Operation, err)}
	}
	inputs := []reflect.Value{params}
	if method.Type().NumIn() > 2 {
		inputs = append(inputs, reflect.Zero(method.Type().In(1)))
	}
	outputs := method.Call(inputs)
	result := outputs[0]
	var told answer
	if failure, _ := outputs[len(outputs)-1].Interface().(error); failure != nil {
		told.Error = failure.Error()
		result = reflect.ValueOf(failure)
	}
	payload := payloadOf(result)
	if !payload.IsValid() {
		return told
	}
	told.Payload = payload.Interface()
	told.Unknown = unknownFields(payload.Type(), c.recorder.body)
	told.Invalid = validate(told.Payload)
	return told
}

func (c *client) method(name string) (reflect.Value, error) {
	for _, service := range c.services {
		if method := reflect.ValueOf(service).MethodByName(name); method.IsValid() {
			return method, nil
		}
	}
	return reflect.Value{}, fmt.Errorf("there is no operation %s", name)
}

// recorder keeps the body of the last answer.
type recorder struct {
	next http.RoundTripper
	body []byte
}

func (r *recorder) RoundTrip(request *http.Request) (*http.Response, error) {
	response, err := r.next.RoundTrip(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	r.body, err = io.ReadAll(response.Body)
	response.Body = io.NopCloser(bytes.NewReader(r.body))
	return response, err
}
