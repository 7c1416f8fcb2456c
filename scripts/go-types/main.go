// Prints the rows of src/sim/api/schema/go-types.ts: `go run .` in this folder, with Go and the module proxy at hand. Add a kind to `kinds` and run it again.
package main

import (
	"fmt"
	"reflect"
	"sort"
	"strings"

	apps "k8s.io/api/apps/v1"
	autoscaling "k8s.io/api/autoscaling/v1"
	coordination "k8s.io/api/coordination/v1"
	core "k8s.io/api/core/v1"
	discovery "k8s.io/api/discovery/v1"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
)

var kinds = []any{
	core.Namespace{}, core.Node{}, core.Pod{}, core.Service{}, core.Event{}, core.ConfigMap{}, core.Secret{}, core.ServiceAccount{}, core.Endpoints{}, core.Binding{}, core.ReplicationController{}, core.PodTemplate{}, core.ResourceQuota{},
	apps.ReplicaSet{}, apps.Deployment{}, apps.DaemonSet{}, coordination.Lease{}, discovery.EndpointSlice{}, autoscaling.Scale{}, meta.DeleteOptions{},
}

// Types that decode themselves: schema.ts knows each by name.
var opaque = map[string]bool{"Time": true, "MicroTime": true, "Quantity": true, "IntOrString": true, "FieldsV1": true}

var rows = map[string][]string{}

// Two packages named v1 have a struct of this name: the one of core bears its group in the table.
var coreEndpointPort = reflect.TypeOf(core.EndpointPort{})

func nameOf(t reflect.Type) string {
	if t == coreEndpointPort {
		return "CoreEndpointPort"
	}
	return t.Name()
}

func visit(t reflect.Type) {
	for t.Kind() == reflect.Ptr || t.Kind() == reflect.Slice || t.Kind() == reflect.Map {
		t = t.Elem()
	}
	if t.Kind() != reflect.Struct || opaque[t.Name()] {
		return
	}
	name := nameOf(t)
	if _, seen := rows[name]; seen {
		return
	}
	rows[name] = nil
	rows[name] = fieldsOf(t)
}

func fieldsOf(t reflect.Type) (fields []string) {
	for i := 0; i < t.NumField(); i++ {
		field := t.Field(i)
		name, options, _ := strings.Cut(field.Tag.Get("json"), ",")
		if field.Anonymous && name == "" {
			fields = append(fields, embedded(field.Type)...)
			continue
		}
		if name == "" || name == "-" {
			continue
		}
		visit(field.Type)
		fields = append(fields, name+":"+typeCode(field.Type)+flags(options))
	}
	return fields
}

// Between the marks stand the fields of a struct that is embedded: Go's messages name it. TypeMeta's are read before anything else is.
func embedded(t reflect.Type) []string {
	fields := fieldsOf(t)
	if t.Name() != "TypeMeta" {
		fields[0] = t.Name() + ">" + fields[0]
		fields[len(fields)-1] += "<"
	}
	return fields
}

func typeCode(t reflect.Type) string {
	text := t.String()
	if t.Kind() == reflect.Ptr {
		return "*" + typeCode(t.Elem())
	}
	if t.Kind() == reflect.Slice && t.Elem() == coreEndpointPort {
		return "[]v1." + nameOf(coreEndpointPort)
	}
	if t.Kind() == reflect.String && text != "string" {
		return text + "$"
	}
	if t.Kind() == reflect.Map && !strings.HasPrefix(text, "map[") {
		return text + "=map[string]" + t.Elem().String()
	}
	return text
}

func flags(options string) string {
	omitEmpty, omitZero := strings.Contains(options, "omitempty"), strings.Contains(options, "omitzero")
	if omitZero {
		return "0"
	}
	if omitEmpty {
		return ""
	}
	return "!"
}

func main() {
	for _, kind := range kinds {
		visit(reflect.TypeOf(kind))
	}
	names := make([]string, 0, len(rows))
	for name := range rows {
		names = append(names, name)
	}
	sort.Strings(names)
	for _, name := range names {
		fmt.Printf("  %s: '%s',\n", name, strings.Join(rows[name], "|"))
	}
}
