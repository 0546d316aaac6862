using System.Reflection;
using System.Text.Json;
using TrustedServe.Functions.Access;
using TrustedServe.Functions.Holding;
using TrustedServe.Functions.Inference;
using TrustedServe.Functions.Inference.Json;
using TrustedServe.Functions.Settings;
using TrustedServe.Functions.Signals;
using TrustedServe.Functions.Supervision;
using TrustedServe.Protocol.Placement;
using TrustedServe.Protocol.Rpc;

namespace TrustedServe.Functions.Http;

/// <summary>The Open Inference Protocol v2 over REST.</summary>
internal sealed class ProtocolEndpoints(IInferenceGateway gateway, WorkerFleet fleet, HostPlacement placement, HeldRequests held, AccessControl access, BodyBudget budget, ServeOptions options)
{
    private const string ServerName = "trustedserve";

    private static readonly string ServerVersion =
        typeof(ProtocolEndpoints).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0];

    /// <summary>Adds the routes.</summary>
    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/v2", ServerAsync);
        routes.MapGet("/v2/health/live", static context => FlagAsync(context, "live", true));
        routes.MapGet("/v2/health/ready", context => FlagAsync(context, "ready", fleet.IsReady));
        foreach (var model in new[] { "/v2/models/{model}", "/v2/models/{model}/versions/{version}" })
        {
            routes.MapGet(model, ModelAsync);
            routes.MapGet($"{model}/ready", ModelReadyAsync);
            routes.MapPost($"{model}/infer", InferAsync).WithMetadata(InferenceRoute.Mark);
        }
    }

    private Task ServerAsync(HttpContext context)
    {
        access.Authorize(context.Request, null, ApiAction.Metadata);
        return JsonBody.WriteAsync(context.Response, StatusCodes.Status200OK, 0, static (writer, _) =>
        {
            writer.WriteStartObject();
            writer.WriteString("name"u8, ServerName);
            writer.WriteString("version"u8, ServerVersion);
            writer.WriteStartArray("extensions"u8);
            writer.WriteStringValue("statistics"u8);
            writer.WriteStringValue("model_repository"u8);
            writer.WriteEndArray();
            writer.WriteEndObject();
        });
    }

    private static Task FlagAsync(HttpContext context, string name, bool value)
    {
        if (!value)
        {
            context.Response.Headers.RetryAfter = "1";
        }

        return JsonBody.WriteAsync(context.Response, value ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable, (name, value), static (writer, flag) =>
        {
            writer.WriteStartObject();
            writer.WriteBoolean(flag.name, flag.value);
            writer.WriteEndObject();
        });
    }

    private Task ModelAsync(HttpContext context)
    {
        var model = Resolve(context);
        return JsonBody.WriteAsync(context.Response, StatusCodes.Status200OK, (model, Versions: fleet.Find(model.Name)!.Keys, placement.FrontEnd), static (writer, state) =>
        {
            var metadata = state.model.Metadata;
            writer.WriteStartObject();
            writer.WriteString("name"u8, metadata.Name);
            writer.WriteStartArray("versions"u8);
            foreach (var version in state.Versions.Order(StringComparer.Ordinal))
            {
                writer.WriteStringValue(version);
            }

            writer.WriteEndArray();
            writer.WriteString("platform"u8, metadata.Platform);
            WriteTensors(writer, "inputs", metadata.Inputs);
            WriteTensors(writer, "outputs", metadata.Outputs);
            writer.WriteStartObject("properties"u8);
            foreach (var (key, value) in metadata.Properties)
            {
                writer.WriteString(key, value);
            }

            if (state.FrontEnd is { } frontEnd)
            {
                writer.WriteString(FrontEndReport.Property, frontEnd.ToProperty());
            }

            writer.WriteEndObject();
            writer.WriteEndObject();
        });
    }

    private Task ModelReadyAsync(HttpContext context)
    {
        var model = Resolve(context);
        return JsonBody.WriteAsync(context.Response, StatusCodes.Status200OK, model, static (writer, model) =>
        {
            writer.WriteStartObject();
            writer.WriteString("name"u8, model.Name);
            writer.WriteBoolean("ready"u8, true);
            writer.WriteEndObject();
        });
    }

    private async Task InferAsync(HttpContext context)
    {
        var (name, version) = ((string)context.GetRouteValue("model")!, (string?)context.GetRouteValue("version"));
        var caller = access.Authorize(context.Request, name, ApiAction.Infer);
        held.Check(name, version, context.Request.ContentLength);
        ContentTypes.Of(context.Request, ContentTypes.Json);
        using var body = await RequestBody.ReadAsync(context, budget);
        var request = InferRequestReader.Read(body.Memory.Span, fleet.MaxMessageBytes, body.TakeMore);
        body.ReturnBuffer();
        var deadline = RequestInfo.Of(context).Deadline(request.Parameters);
        using var admission = await held.AdmitAsync(context, name, version, body.Taken, deadline);
        InferRequestCheck.Against(admission.Model.Metadata, request);
        SchedulingTags.Apply(request, caller, options.Http.MostUrgentPriority);
        var response = await gateway.InferAsync(admission.Model, request, deadline, context.RequestAborted, RequestInfo.Of(context).IsOwn);
        await JsonBody.WriteAsync(context.Response, StatusCodes.Status200OK, (response, request.Id), static (writer, state) =>
            InferResponseWriter.Write(writer, state.response, state.Id));
    }

    private ServedModel Resolve(HttpContext context)
    {
        var model = (string)context.GetRouteValue("model")!;
        access.Authorize(context.Request, model, ApiAction.Metadata);
        return gateway.Resolve(model, (string?)context.GetRouteValue("version"));
    }

    private static void WriteTensors(Utf8JsonWriter writer, string name, IEnumerable<ModelMetadataResponse.Types.TensorMetadata> tensors)
    {
        writer.WriteStartArray(name);
        foreach (var tensor in tensors)
        {
            writer.WriteStartObject();
            writer.WriteString("name"u8, tensor.Name);
            writer.WriteString("datatype"u8, tensor.Datatype);
            writer.WriteStartArray("shape"u8);
            foreach (var dimension in tensor.Shape)
            {
                writer.WriteNumberValue(dimension);
            }

            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }
}
