namespace TrustedServe.Protocol.Errors;

public static partial class TsfErrors
{
    /// <summary>TSF1030: the file is not an ONNX model, or it contradicts itself.</summary>
    public static readonly ErrorCode InvalidGraph = new("TSF1030", 422, "This is not a valid ONNX model", "Export the model again; the message names what is wrong.");

    /// <summary>TSF1031: an ONNX model with something that cannot be served.</summary>
    public static readonly ErrorCode UnsupportedGraph = new("TSF1031", 422, "The ONNX model has something that cannot be served", "Export the model with tensors of known rank and datatype as its inputs and outputs.");

    /// <summary>TSF1032: external data that are missing, of another length, or outside of the model's directory.</summary>
    public static readonly ErrorCode InvalidExternalData = new("TSF1032", 422, "The external data of the ONNX model cannot be used", "Put the data files beside the model, as its exporter wrote them.");

    /// <summary>TSF1033: what was asked of the packer does not fit the model.</summary>
    public static readonly ErrorCode InvalidPackRequest = new("TSF1033", 400, "The model cannot be packed as it was asked for", "Correct what the message lists.");
}
