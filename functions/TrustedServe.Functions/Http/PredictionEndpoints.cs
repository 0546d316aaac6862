using System.Globalization;
using System.Text.Json;
using System.Text.Unicode;
using TrustedServe.Functions.Access;
using TrustedServe.Functions.Holding;
using TrustedServe.Functions.Inference;
using TrustedServe.Functions.Inference.Json;
using TrustedServe.Functions.Predictions;
using TrustedServe.Functions.Settings;
using TrustedServe.Functions.Signals;
using TrustedServe.Protocol.Errors;
using TrustedServe.Protocol.Json;
using TrustedServe.Protocol.Rpc;
using TrustedServe.Protocol.Scheduling;

namespace TrustedServe.Functions.Http;

/// <summary><c>/predictions/{model}[/{version}]</c>, as TorchServe has it: what people write in, what they read out.</summary>
internal sealed class PredictionEndpoints(IInferenceGateway gateway, HeldRequests held, AccessControl access, BodyBudget budget, ServeOptions options)
{
    /// <summary>
    /// The most values in one body, so that the document made of it (12 bytes a value) stays small beside the largest body. Whoever
    /// has more has tensors, which the protocol's own route reads without a document.
    /// </summary>
    private const int MaxValues = 4 << 20;

    private const int DocumentBytesPerValue = 12;

    private const string TopK = "top_k";

    /// <summary>Header of an answer: the rows whose text was cut, from 0, with commas between. An answer's members are the model's labels, so they are no place for it.</summary>
    internal const string TruncatedHeader = "x-trustedserve-truncated-rows";

    // Clients take headers of some kilobytes.
    private const int MaxHeaderLength = 2_000;

    private static readonly JsonDocumentOptions Options = new() { MaxDepth = InferRequestReader.MaxDepth, AllowDuplicateProperties = false };

    /// <summary>Adds the routes.</summary>
    public void Map(IEndpointRouteBuilder routes)
    {
        foreach (var route in new[] { "/predictions/{model}", "/predictions/{model}/{version}" })
        {
            routes.MapMethods(route, [HttpMethods.Post, HttpMethods.Put], PredictAsync).WithMetadata(InferenceRoute.Mark);
        }
    }

    private async Task PredictAsync(HttpContext context)
    {
        var (name, version) = ((string)context.GetRouteValue("model")!, (string?)context.GetRouteValue("version"));
        var caller = access.Authorize(context.Request, name, ApiAction.Infer);
        held.Check(name, version, context.Request.ContentLength);
        var contentType = ContentTypes.Of(context.Request, ContentTypes.Json, ContentTypes.Text);
        using var body = await RequestBody.ReadAsync(context, budget);
        var deadline = RequestInfo.Of(context).Latest;
        using var admission = await held.AdmitAsync(context, name, version, body.Taken, deadline);
        var model = admission.Model;
        var (request, isSingle) = Encode(model.Metadata, contentType, body);
        body.ReturnBuffer();
        if (Number(context.Request, TopK) is { } topK)
        {
            request.Parameters[TopK] = new InferParameter { Int64Param = topK };
        }

        if (Number(context.Request, SchedulingParameters.Priority) is { } priority)
        {
            request.Parameters[SchedulingParameters.Priority] = new InferParameter { Int64Param = priority };
        }

        SchedulingTags.Apply(request, caller, options.Http.MostUrgentPriority);

        // Rows of no elements make much JSON of the smallest answer.
        var brief = RequestInfo.Of(context).IsOwn && model.Metadata.Task() != ModelTasks.Tensor;
        var response = await gateway.InferAsync(model, request, deadline, context.RequestAborted, brief);
        if (Truncation.RowsOf(response) is { } cut)
        {
            context.Response.Headers[TruncatedHeader] = cut.Length <= MaxHeaderLength ? cut : cut[..(cut.LastIndexOf(',', MaxHeaderLength) + 1)] + "...";
        }

        var rows = RowTensor.IsBatched(model.Metadata.Inputs[0]) ? (int)request.Inputs[0].Shape[0] : 1;
        await JsonBody.WriteAsync(context.Response, StatusCodes.Status200OK, (model.Metadata, response, rows, isSingle), static (writer, state) =>
        {
            var answer = new Answer(state.Metadata, state.response, state.rows);
            if (state.isSingle)
            {
                WriteRow(writer, answer, state.Metadata, 0);
                return;
            }

            writer.WriteStartArray();
            for (var row = 0; row < state.rows; row++)
            {
                WriteRow(writer, answer, state.Metadata, row);
            }

            writer.WriteEndArray();
        });
    }

    private static void WriteRow(Utf8JsonWriter writer, Answer answer, ModelMetadataResponse metadata, int row)
    {
        writer.WriteStartObject();
        if (metadata.Task() == ModelTasks.Tensor)
        {
            answer.WriteOutputs(writer, row);
        }
        else
        {
            answer.WriteScores(writer, row);
        }

        writer.WriteEndObject();
    }

    private static (ModelInferRequest Request, bool IsSingle) Encode(ModelMetadataResponse metadata, string? contentType, RequestBody body)
    {
        var utf8 = body.Memory;
        if (utf8.IsEmpty)
        {
            throw TsfErrors.MalformedRequest.With("The body is empty.");
        }

        if (!Utf8.IsValid(utf8.Span))
        {
            throw TsfErrors.MalformedRequest.With("The body is not UTF-8.");
        }

        var takesText = metadata.Task() == ModelTasks.Text;
        if (contentType == ContentTypes.Text && !takesText)
        {
            throw TsfErrors.WrongContentType.With("This model takes no text: send application/json.");
        }

        // Without a content type, a text model takes for text what does not read as JSON of a form it knows.
        if (contentType == ContentTypes.Text || (contentType is null && takesText && !LooksLikeJson(utf8.Span)))
        {
            return (PredictionCodec.EncodeText(metadata, utf8.Span), true);
        }

        try
        {
            using var document = Parse(body);
            var (rows, isSingle) = PredictionBody.From(metadata, document.RootElement);
            return (PredictionCodec.Encode(metadata, rows), isSingle);
        }
        catch (JsonException) when (contentType is null && takesText)
        {
            return (PredictionCodec.EncodeText(metadata, utf8.Span), true);
        }
        catch (JsonException exception)
        {
            throw TsfErrors.MalformedRequest.With(
                $"The body is not valid JSON, or nested deeper than {InferRequestReader.MaxDepth}, or has a member twice: {UntrustedJson.Place(exception)}.");
        }
    }

    private static JsonDocument Parse(RequestBody body)
    {
        var values = body.Memory.Span.Count((byte)',') + body.Memory.Span.Count((byte)'[') + body.Memory.Span.Count((byte)'{');
        if (values > MaxValues)
        {
            throw TsfErrors.InputTooLong.With($"The body has more than {MaxValues} values; /v2/models/{{model}}/infer takes tensors of any size.");
        }

        body.TakeMore(values * DocumentBytesPerValue);
        return UntrustedJson.Parse(body.Memory, Options);
    }

    private static bool LooksLikeJson(ReadOnlySpan<byte> body) => body.TrimStart(" \t\r\n"u8) is [(byte)'{' or (byte)'[' or (byte)'"', ..];

    private static long? Number(HttpRequest request, string name)
    {
        if (!request.QueryString.HasValue || request.Query[name] is not [{ } text, ..])
        {
            return null;
        }

        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) && value > 0
            ? value
            : throw TsfErrors.MalformedRequest.With($"'{name}' must be a positive whole number.");
    }
}
