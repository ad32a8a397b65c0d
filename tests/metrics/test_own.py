"""Metrics that users write."""

import numpy as np

import cornu


class Counter(cornu.metrics.Metric):
    """A metric in Keras 2's way: it says itself how it begins anew."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.rows = self.add_weight(name="rows", initializer="zeros")
        self.resets = 0

    def update_state(self, y_true, y_pred, sample_weight=None):
        self.rows.assign_add(cornu.ops.cast(cornu.ops.shape(y_true)[0], "float32"))

    def result(self):
        return self.rows

    def reset_states(self):
        self.resets += 1
        super().reset_states()


def test_fit_begins_each_epoch_with_reset_states_where_a_metric_defines_it():
    model = cornu.Sequential([cornu.Input((2,)), cornu.layers.Dense(1)])
    counter = Counter(name="rows")
    model.compile("sgd", "mse", metrics=[counter])
    history = model.fit(np.ones((6, 2)), np.ones((6, 1)), batch_size=3, epochs=3, verbose=0).history
    assert history["rows"] == [6.0, 6.0, 6.0]
    assert counter.resets >= 3
    counter.reset_state()
    assert float(counter.result()) == 0.0
