// Answers what Kubernetes 1.36's own code does to objects: one JSON document a line in, one a line out. `node scripts/upstream-answers/ask.mjs < cases` builds and runs it.
// In: {object} is created; {object, update, subresource, stored} is created, `stored` is merged into it past every check, and `update` (JSON merge patch) is put over it.
// Out: {status} of a refusal or {object}, and with either the warnings that came before. Left out: admission, what only the store knows (names that are taken, versions), server-side apply.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"

	"upstreamanswers/allocation"
	"upstreamanswers/lines"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	jsonserializer "k8s.io/apimachinery/pkg/runtime/serializer/json"
	"k8s.io/apimachinery/pkg/runtime/serializer/versioning"
	utilnet "k8s.io/apimachinery/pkg/util/net"
	"k8s.io/apiserver/pkg/authentication/user"
	"k8s.io/apiserver/pkg/endpoints/filters"
	genericapirequest "k8s.io/apiserver/pkg/endpoints/request"
	"k8s.io/apiserver/pkg/registry/rest"
	"k8s.io/kubernetes/pkg/api/legacyscheme"
	_ "k8s.io/kubernetes/pkg/apis/apps/install"
	_ "k8s.io/kubernetes/pkg/apis/autoscaling/install"
	_ "k8s.io/kubernetes/pkg/apis/coordination/install"
	"k8s.io/kubernetes/pkg/apis/core"
	_ "k8s.io/kubernetes/pkg/apis/core/install"
	_ "k8s.io/kubernetes/pkg/apis/discovery/install"
	"k8s.io/kubernetes/pkg/capabilities"
	"k8s.io/kubernetes/pkg/registry/apps/daemonset"
	"k8s.io/kubernetes/pkg/registry/apps/deployment"
	"k8s.io/kubernetes/pkg/registry/apps/replicaset"
	"k8s.io/kubernetes/pkg/registry/coordination/lease"
	"k8s.io/kubernetes/pkg/registry/core/configmap"
	"k8s.io/kubernetes/pkg/registry/core/endpoint"
	"k8s.io/kubernetes/pkg/registry/core/event"
	"k8s.io/kubernetes/pkg/registry/core/namespace"
	"k8s.io/kubernetes/pkg/registry/core/node"
	"k8s.io/kubernetes/pkg/registry/core/pod"
	"k8s.io/kubernetes/pkg/registry/core/podtemplate"
	"k8s.io/kubernetes/pkg/registry/core/replicationcontroller"
	"k8s.io/kubernetes/pkg/registry/core/resourcequota"
	"k8s.io/kubernetes/pkg/registry/core/secret"
	"k8s.io/kubernetes/pkg/registry/core/service"
	"k8s.io/kubernetes/pkg/registry/core/serviceaccount"
	"k8s.io/kubernetes/pkg/registry/discovery/endpointslice"
)

type strategies struct {
	create   rest.RESTCreateStrategy
	update   rest.RESTUpdateStrategy
	status   rest.RESTUpdateStrategy
	resource string
}

var byKind = map[string]strategies{
	"ConfigMap":             {configmap.Strategy, configmap.Strategy, nil, "configmaps"},
	"DaemonSet":             {daemonset.Strategy, daemonset.Strategy, daemonset.StatusStrategy, "daemonsets"},
	"Deployment":            {deployment.Strategy, deployment.Strategy, deployment.StatusStrategy, "deployments"},
	"Endpoints":             {endpoint.Strategy, endpoint.Strategy, nil, "endpoints"},
	"EndpointSlice":         {endpointslice.Strategy, endpointslice.Strategy, nil, "endpointslices"},
	"Event":                 {event.Strategy, event.Strategy, nil, "events"},
	"Lease":                 {lease.Strategy, lease.Strategy, nil, "leases"},
	"Namespace":             {namespace.Strategy, namespace.Strategy, namespace.StatusStrategy, "namespaces"},
	"Node":                  {node.Strategy, node.Strategy, node.StatusStrategy, "nodes"},
	"Pod":                   {pod.Strategy, pod.Strategy, pod.StatusStrategy, "pods"},
	"PodTemplate":           {podtemplate.Strategy, podtemplate.Strategy, nil, "podtemplates"},
	"ReplicaSet":            {replicaset.Strategy, replicaset.Strategy, replicaset.StatusStrategy, "replicasets"},
	"ReplicationController": {replicationcontroller.Strategy, replicationcontroller.Strategy, replicationcontroller.StatusStrategy, "replicationcontrollers"},
	"ResourceQuota":         {resourcequota.Strategy, resourcequota.Strategy, resourcequota.StatusStrategy, "resourcequotas"},
	"Secret":                {secret.Strategy, secret.Strategy, nil, "secrets"},
	"Service":               {service.Strategy, service.Strategy, service.StatusStrategy, "services"},
	"ServiceAccount":        {serviceaccount.Strategy, serviceaccount.Strategy, nil, "serviceaccounts"},
}

type question struct {
	Object      json.RawMessage `json:"object"`
	Update      json.RawMessage `json:"update"`
	Stored      json.RawMessage `json:"stored"`
	Subresource string          `json:"subresource"`
}

type answer struct {
	Status   *metav1.Status  `json:"status,omitempty"`
	Object   json.RawMessage `json:"object,omitempty"`
	Warnings []string        `json:"warnings,omitempty"`
	// Upstream itself gave up.
	Panic string `json:"panic,omitempty"`
}

func main() {
	capabilities.Setup(true, 0)
	lines.Answer(ask)
}

func ask(asked question) (told answer) {
	defer func() {
		if fault := recover(); fault != nil {
			told = answer{Panic: fmt.Sprint(fault)}
		}
	}()
	gvk := kindOf(asked.Object)
	services := allocation.New()
	var stored runtime.Object
	warnings := recorded(func(ctx context.Context) { stored, told = create(ctx, services, asked.Object, gvk) })
	if asked.Update == nil || stored == nil {
		told.Warnings = warnings
		return told
	}
	metadata(stored).SetResourceVersion("5")
	if asked.Stored != nil {
		changed, err := decode(merged(stored, asked.Stored, gvk), gvk)
		must(err)
		stored = changed
	}
	warnings = recorded(func(ctx context.Context) { told = update(ctx, services, stored, asked, gvk) })
	told.Warnings = warnings
	return told
}

// The warnings that one request would be answered with: each once, and shortened when they are many.
func recorded(handle func(context.Context)) []string {
	answered := httptest.NewRecorder()
	filters.WithWarningRecorder(http.HandlerFunc(func(_ http.ResponseWriter, request *http.Request) {
		handle(request.Context())
	})).ServeHTTP(answered, httptest.NewRequest("POST", "/", nil))
	var texts []string
	headers, errs := utilnet.ParseWarningHeaders(answered.Header().Values("Warning"))
	for _, err := range errs {
		must(err)
	}
	for _, header := range headers {
		texts = append(texts, header.Text)
	}
	return texts
}

func create(ctx context.Context, services *allocation.Services, body []byte, gvk schema.GroupVersionKind) (runtime.Object, answer) {
	kind := byKind[gvk.Kind]
	object, err := decode(body, gvk)
	if err != nil {
		return nil, refusal(err)
	}
	home := ""
	if kind.create.NamespaceScoped() {
		if home = metadata(object).GetNamespace(); home == "" {
			home = metav1.NamespaceDefault
		}
	}
	ctx = requestIn(ctx, home, kind.resource, gvk, "create", "")
	if err := rest.EnsureObjectNamespaceMatchesRequestNamespace(home, metadata(object)); err != nil {
		return nil, refusal(err)
	}
	rest.FillObjectMetaSystemFields(metadata(object))
	if base := metadata(object).GetGenerateName(); base != "" && metadata(object).GetName() == "" {
		metadata(object).SetName(kind.create.GenerateName(base))
	}
	wanted, isService := object.(*core.Service)
	if isService {
		if err := services.Create(wanted); err != nil {
			return nil, refusal(err)
		}
	}
	if err := rest.BeforeCreate(kind.create, ctx, object); err != nil {
		return nil, refusal(err)
	}
	if isService {
		services.Read(wanted)
	}
	return object, answer{Object: versioned(object, gvk)}
}

func update(ctx context.Context, services *allocation.Services, stored runtime.Object, asked question, gvk schema.GroupVersionKind) answer {
	kind := byKind[gvk.Kind]
	next, err := decode(merged(stored, asked.Update, gvk), gvk)
	if err != nil {
		return refusal(err)
	}
	door := kind.update
	switch asked.Subresource {
	case "status":
		door = kind.status
	case "ephemeralcontainers":
		door = pod.EphemeralContainersStrategy
	case "finalize":
		door = namespace.FinalizeStrategy
	}
	ctx = requestIn(ctx, metadata(stored).GetNamespace(), kind.resource, gvk, "update", asked.Subresource)
	if wanted, isService := next.(*core.Service); isService && asked.Subresource == "" {
		if err := services.Update(wanted, stored.(*core.Service)); err != nil {
			return refusal(err)
		}
	}
	if err := rest.BeforeUpdate(door, ctx, next, stored); err != nil {
		return refusal(err)
	}
	return answer{Object: versioned(next, gvk)}
}

// Strictly, as with fieldValidation=Strict, and defaulted.
func decode(body []byte, gvk schema.GroupVersionKind) (runtime.Object, error) {
	strict := jsonserializer.NewSerializerWithOptions(jsonserializer.DefaultMetaFactory, legacyscheme.Scheme, legacyscheme.Scheme, jsonserializer.SerializerOptions{Strict: true})
	codec := versioning.NewDefaultingCodecForScheme(legacyscheme.Scheme, nil, strict, nil, schema.GroupVersion{Group: gvk.Group, Version: runtime.APIVersionInternal})
	object, _, err := codec.Decode(body, &gvk, nil)
	if err != nil {
		return nil, apierrors.NewBadRequest(fmt.Sprintf("%s in version %q cannot be handled as a %s: %v", gvk.Kind, gvk.Version, gvk.Kind, err))
	}
	return object, nil
}

func requestIn(ctx context.Context, home, resource string, gvk schema.GroupVersionKind, verb, subresource string) context.Context {
	ctx = genericapirequest.WithNamespace(ctx, home)
	ctx = genericapirequest.WithUser(ctx, &user.DefaultInfo{Name: "admin", Groups: []string{"system:masters"}})
	return genericapirequest.WithRequestInfo(ctx, &genericapirequest.RequestInfo{
		IsResourceRequest: true, Verb: verb, APIGroup: gvk.Group, APIVersion: gvk.Version, Resource: resource, Subresource: subresource, Namespace: home,
	})
}

func refusal(err error) answer {
	if known, ok := err.(apierrors.APIStatus); ok {
		status := known.Status()
		return answer{Status: &status}
	}
	return answer{Status: &metav1.Status{Message: err.Error()}}
}

func versioned(object runtime.Object, gvk schema.GroupVersionKind) json.RawMessage {
	external, err := legacyscheme.Scheme.ConvertToVersion(object, gvk.GroupVersion())
	must(err)
	external.GetObjectKind().SetGroupVersionKind(gvk)
	return encode(external)
}

func merged(object runtime.Object, patch json.RawMessage, gvk schema.GroupVersionKind) []byte {
	var base, over any
	must(json.Unmarshal(versioned(object, gvk), &base))
	must(json.Unmarshal(patch, &over))
	return encode(mergePatch(base, over))
}

// RFC 7386.
func mergePatch(base, patch any) any {
	over, ok := patch.(map[string]any)
	if !ok {
		return patch
	}
	result := map[string]any{}
	if under, ok := base.(map[string]any); ok {
		for key, value := range under {
			result[key] = value
		}
	}
	for key, value := range over {
		if value == nil {
			delete(result, key)
		} else {
			result[key] = mergePatch(result[key], value)
		}
	}
	return result
}

func kindOf(body []byte) schema.GroupVersionKind {
	var sent metav1.TypeMeta
	must(json.Unmarshal(body, &sent))
	version, err := schema.ParseGroupVersion(sent.APIVersion)
	must(err)
	return version.WithKind(sent.Kind)
}

func metadata(object runtime.Object) metav1.Object {
	accessor, err := meta.Accessor(object)
	must(err)
	return accessor
}

func encode(value any) []byte {
	text, err := json.Marshal(value)
	must(err)
	return text
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}
