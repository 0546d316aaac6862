using System.Buffers;
using Microsoft.ML.OnnxRuntime;
using TrustedServe.Protocol.Tensors;
using TrustedServe.Worker.Tensors;

namespace TrustedServe.Worker.Sessions;

/// <summary>Inputs of one run as the engine takes them: it reads numbers where the request's message has them, without a copy.</summary>
internal sealed unsafe class InputValues : IDisposable
{
    private readonly MemoryHandle[] pins;

    /// <summary>Wraps the inputs; they stay pinned until disposal.</summary>
    public InputValues(IReadOnlyList<InputTensor> inputs)
    {
        Values = new OrtValue[inputs.Count];
        pins = new MemoryHandle[inputs.Count];
        try
        {
            for (var i = 0; i < Values.Length; i++)
            {
                Values[i] = inputs[i].Datatype == Datatype.Bytes ? Strings(inputs[i]) : Wrap(inputs[i], out pins[i]);
            }
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>The values, in the order of the inputs.</summary>
    public OrtValue[] Values { get; }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var value in Values)
        {
            value?.Dispose();
        }

        foreach (var pin in pins)
        {
            pin.Dispose();
        }
    }

    private static OrtValue Wrap(InputTensor input, out MemoryHandle pin)
    {
        // The engine wants an address even for a tensor without elements.
        pin = (input.Data.IsEmpty ? new byte[1] : input.Data).Pin();
        return OrtValue.CreateTensorValueWithData(
            OrtMemoryInfo.DefaultInstance, TensorElements.ToEngine(input.Datatype), input.Shape, (nint)pin.Pointer, input.Data.Length);
    }

    private static OrtValue Strings(InputTensor input)
    {
        var value = OrtValue.CreateTensorWithEmptyStrings(OrtAllocator.DefaultInstance, input.Shape);
        var rest = input.Data.Span;
        for (var i = 0; BytesElements.TryTake(ref rest, out var element); i++)
        {
            value.StringTensorSetElementAt(element, i);
        }

        return value;
    }
}
