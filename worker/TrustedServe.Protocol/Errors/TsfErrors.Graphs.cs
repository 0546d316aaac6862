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

    /// <summary>TSF1034: a node of an operator or domain that the engine does not have.</summary>
    public static readonly ErrorCode UnknownOperator = new("TSF1034", 422, "The ONNX model uses an operator that the engine does not have", "Export the model with standard operators; the message names the node.");

    /// <summary>TSF1035: the optimised graph answers too differently.</summary>
    public static readonly ErrorCode AgreementTooLow = new("TSF1035", 422, "The optimised model agrees too little with the model that it was made from", "Exclude the nodes that suffer ('--exclude'), keep FP32, or lower '--min-agreement' if that is meant.");

    /// <summary>TSF1036: what was asked of the optimiser does not fit the package.</summary>
    public static readonly ErrorCode InvalidOptimizeRequest = new("TSF1036", 400, "The package cannot be optimised as it was asked for", "Correct what the message says.");

    /// <summary>TSF1037: the engine refuses the graph, before or after optimising.</summary>
    public static readonly ErrorCode EngineRefusedGraph = new("TSF1037", 422, "The engine refuses the graph", "Export the model for a version of the operators that the engine has; 'trustedserve model optimize' of the FP32 model tells whether it can be loaded at all.");
}
