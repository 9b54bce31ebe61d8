{#-
    Every threshold of the checks stands in expectations/graenser.yml and nowhere else. It is read
    while a model is compiled, so that SQL and suites cannot disagree. dbt tells where the project
    lies only through its seeds.
-#}
{% macro graenser() %}
    {% set vaerdier = {} %}
    {% if execute %}
        {% set seed = graph.nodes.values() | selectattr('resource_type', 'equalto', 'seed') | first %}
        {% set fil = seed.root_path ~ '/../expectations/graenser.yml' %}
        {% set indhold = run_query("select content from read_text('" ~ fil ~ "')") %}
        {% for navn, graense in fromyaml(indhold.columns[0].values()[0]).items() %}
            {% do vaerdier.update({navn: graense['vaerdi']}) %}
        {% endfor %}
    {% endif %}
    {{ return(vaerdier) }}
{% endmacro %}
