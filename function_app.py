"""The function app: registers the blueprints, nothing else."""

import azure.durable_functions as df
import azure.functions as func

import activities
import api
import orchestrations
import triggers

app = df.DFApp(http_auth_level=func.AuthLevel.ANONYMOUS)  # routes declare who may call them; see api/web/route.py

for blueprint in (*api.blueprints, *orchestrations.blueprints, *activities.blueprints, *triggers.blueprints):
    app.register_functions(blueprint)
