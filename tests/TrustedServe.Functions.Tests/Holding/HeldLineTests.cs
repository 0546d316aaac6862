using TrustedServe.Functions.Holding;
using TrustedServe.Functions.Inference;
using TrustedServe.Protocol.Errors;
using TrustedServe.Protocol.Rpc;

namespace TrustedServe.Functions.Tests.Holding;

public sealed class HeldLineTests
{
    private static readonly ServedModel Model = new("m", "1", true, new ModelMetadataResponse(), 1);

    private readonly HeldLine line;
    private (ServedModel? Served, TsfException? Refusal) state;

    public HeldLineTests() => line = new HeldLine(() => state, _ => 2);

    [Fact]
    public void They_go_on_in_order_as_many_at_once_as_the_model_can_use()
    {
        var places = Enumerable.Range(0, 5).Select(_ => line.Join()).ToArray();
        Assert.All(places, place => Assert.False(place.Value.Task.IsCompleted));

        state = (Model, null);
        line.Look();
        Assert.Equal([true, true, false, false, false], places.Select(place => place.Value.Task.IsCompletedSuccessfully));
        line.Leave(places[1]);
        Assert.Equal([true, true, true, false, false], places.Select(place => place.Value.Task.IsCompletedSuccessfully));
        line.Leave(places[0]);
        line.Leave(places[2]);
        Assert.All(places, place => Assert.True(place.Value.Task.IsCompletedSuccessfully));
    }

    [Fact]
    public void Who_leaves_before_its_turn_makes_no_room_among_those_that_went_on()
    {
        var places = Enumerable.Range(0, 4).Select(_ => line.Join()).ToArray();
        line.Leave(places[1]);
        state = (Model, null);
        line.Look();
        Assert.Equal([true, false, true, false], places.Select(place => place.Value.Task.IsCompleted));
        line.Leave(places[3]);
        var late = line.Join();
        Assert.False(late.Value.Task.IsCompleted);
        line.Leave(places[0]);
        Assert.True(late.Value.Task.IsCompletedSuccessfully);
    }

    [Fact]
    public async Task All_are_refused_when_the_model_will_not_answer_and_their_leaving_frees_nothing()
    {
        var places = Enumerable.Range(0, 3).Select(_ => line.Join()).ToArray();
        state = (null, TsfErrors.ModelFailed.With("It will not."));
        line.Look();
        foreach (var place in places)
        {
            Assert.Equal(TsfErrors.ModelFailed, (await Assert.ThrowsAsync<TsfException>(() => place.Value.Task)).Error);
            line.Leave(place);
        }

        state = (Model, null);
        places = [.. Enumerable.Range(0, 3).Select(_ => line.Join())];
        Assert.Equal([true, true, false], places.Select(place => place.Value.Task.IsCompleted));
    }

    [Fact]
    public void Model_that_starts_again_is_waited_for_again()
    {
        state = (Model, null);
        var first = line.Join();
        state = (null, null);
        var second = line.Join();
        line.Leave(first);
        Assert.False(second.Value.Task.IsCompleted);
        state = (Model, null);
        line.Look();
        Assert.True(second.Value.Task.IsCompletedSuccessfully);
    }
}
